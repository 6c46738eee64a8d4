import type { LeaveReason, Peer } from "@parlour/client";
import { words } from "../words/words.ts";
import type { DeviceNews } from "./local-media.ts";

/** What a device did by itself. */
export function newsSentence(news: DeviceNews): string {
  const { devices } = words;
  switch (news.what) {
    case "replaced":
      return news.label === "" ? devices.lostUsesAnother : devices.lostUsesOther(news.label);
    case "back":
      return devices.isBack;
    case "plugged":
      return devices.plugged(news.label);
  }
}

/** That somebody is no longer here, and how it came. */
export function leaveSentence(peer: Peer, reason: LeaveReason): string {
  const { call } = words;
  switch (reason) {
    case "page":
      return call.closedPage(peer.name);
    case "timeout":
      return call.lost(peer.name);
    case "removed":
      return call.wasRemoved(peer.name);
    default:
      return call.left(peer.name);
  }
}
