import type { PeerId } from "@parlour/protocol";
import { type Allotment, uplinkShares } from "../../core/media/uplink.ts";
import type { Peer, Source } from "../api.ts";
import type { Mesh } from "./driver.ts";
import { type MeshLink, meshLink } from "./mesh-link.ts";
import type { OwnMedia } from "./publication.ts";
import { type MediaState, parseMediaState, parseWants, type Wants } from "./state.ts";

export interface MeshSetup {
  readonly own: ReadonlyMap<Source, OwnMedia>;
  state(): MediaState;
  onChange(id: PeerId): void;
  /** What we want of that peer's pictures is another now: goes to that one. */
  onWants(peer: Peer, wants: Wants): void;
}

/** Media from page to page: each picture goes out once per link. */
export function createMesh({ own, state, onChange, onWants }: MeshSetup): Mesh {
  const links = new Map<PeerId, MeshLink>();
  /** Shares the uplink out, once everything that happens now has happened. */
  let isDue = false;
  const share = (): void => {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      const linked = [...links.values()].filter(({ isLinked }) => isLinked);
      for (const [source, media] of own) {
        const track = media.track("video");
        if (track === null) continue;
        const wants = linked.map((link) => link.wanted(source));
        const shares = uplinkShares(wants, track.getSettings().height, source === "screen");
        for (const [i, link] of linked.entries()) link.allot(source, shares[i] as Allotment);
      }
    });
  };
  const mesh: Mesh = {
    told: (id) => links.get(id)?.theirs.sources,
    receiver: (id, source, kind) => links.get(id)?.receiver(source, kind),
    track: (id, source, kind) => mesh.receiver(id, source, kind)?.track,
    holds: () => false,
    sync: () => Promise.all([...links.values()].map((link) => link.sync())),
    want: onWants,
    remove: (id) => void links.delete(id),
    add({ id }) {
      const made = meshLink({
        own,
        state,
        holds: (source, kind) => mesh.holds(id, source, kind),
        onChange: () => onChange(id),
        onDemand: share,
      });
      links.set(id, made);
      return made.part;
    },
    receive(id, value) {
      const told = parseMediaState(value);
      const asked = parseWants(value);
      if (told) links.get(id)?.told(told);
      if (asked) links.get(id)?.asked(asked.wants);
    },
  };
  return mesh;
}
