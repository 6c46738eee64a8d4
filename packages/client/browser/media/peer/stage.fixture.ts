import type { Source } from "../../api.ts";
import type { DriverPage, DriverStage } from "../media-drivers.fixture.ts";
import type { Kind } from "../state.ts";
import { passingRoom } from "./room.fixture.ts";

/** Over one page of the room, which publishes nothing itself. */
export function peerStage(): DriverStage {
  const room = passingRoom();
  const passer = "passer";
  const served: string[] = [];
  let isBegun = false;
  const plan = () => room.plan("peer", 1, { [passer]: [...served] });
  return {
    rest: () => room.pass(3_000),
    enter(name) {
      if (!isBegun) room.enter(passer, false);
      isBegun = true;
      const id = name;
      served.push(id);
      const { media } = room.enter(id, false);
      void plan();
      const events: string[] = [];
      for (const event of ["media", "media-ended"] as const)
        media.on(event, ({ peer, source, audio, video }) =>
          events.push(`${event} ${peer.id} ${source} ${audio} ${video}`),
        );
      const page: DriverPage = {
        id,
        media,
        events,
        arrives(from, source: Source, kind: Kind) {
          const of = media.of(from.id).get(source)?.stream;
          const [track] = (kind === "audio" ? of?.getAudioTracks() : of?.getVideoTracks()) ?? [];
          return room.origin(id, track);
        },
      };
      return page;
    },
    leave({ id }) {
      served.splice(served.indexOf(id), 1);
      room.leave(id);
      void plan();
    },
    breakDown() {
      for (const id of [passer, ...served])
        for (const link of room.get(id).links.values()) link.rebuild("test");
    },
  };
}
