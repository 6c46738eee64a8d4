import type { JsonValue, Peer } from "../api.ts";
import { loaded } from "../later.ts";
import { createMedia } from "../media/index.ts";
import { canSealFrames } from "../sealing/capable.ts";
import type { CreateMediaHub } from "../seams.ts";

/** Said in `hello`: media may go over a forwarder; links may rest in large rooms; frames can be sealed (WebRTC Encoded Transform, section 5), which private rooms need for it. */
export const capabilities = (): string[] => [
  "forwarded",
  "resting",
  ...(canSealFrames() ? ["sealed-frames"] : []),
];

/** Joins `browser/media` to its channel, and hides the media of pages that are gone. */
export const createMediaHub: CreateMediaHub = ({ hub, emit, log, publish }) => {
  const channel = hub.channel("parlour:media", "ordered");
  // Whoever misses it is told when its channels open again.
  const tell = (state: object, to?: Peer) => channel.send(state as JsonValue, to && { to }).catch(() => {});
  const media = createMedia({
    announce: tell,
    onWants: (peer, wants) => tell({ wants }, peer),
  });
  channel.on("message", (data, peer) => media.receive(peer.id, data));

  let moving: Promise<{ receive(payload: Uint8Array): void } | undefined> | undefined;
  const hidden = new Set<string>();
  for (const event of ["media", "media-ended"] as const) {
    media.on(event, (of) => {
      if (!hidden.has(of.peer.id)) emit(event, of);
    });
  }

  hub.on("open", (peer) => {
    tell(media.state(), peer);
    // Also when nothing is wanted in particular any more: the other side may remember what was.
    tell({ wants: media.wantsOf(peer.id) }, peer);
  });
  for (const { stream, source } of publish) {
    try {
      media.publish(stream, { source });
    } catch (error) {
      log("publish-failed", undefined, String(error));
    }
  }

  return {
    publications: media.publications,
    publish: async (stream, options) => media.publish(stream, options),
    add(peer) {
      hidden.delete(peer.id);
      return media.add(peer);
    },
    prepare: media.prepare,
    remove(id) {
      media.remove(id);
      hidden.delete(id);
    },
    hide(id) {
      for (const of of media.of(id).values()) emit("media-ended", of);
      hidden.add(id);
    },
    show(id) {
      if (hidden.delete(id)) for (const of of media.of(id).values()) emit("media", of);
    },
    // Nobody's where they are hidden.
    of: (id) => media.of(hidden.has(id) ? "" : id),
    begin(inside) {
      const { own, view } = inside;
      // In a mesh what this page publishes goes by links to all; so does everything where nothing else can be had. It is looked at once a
      // second, so that a room which moves for the sake of a new picture makes few links before that.
      own.needsLink = () => !moving || (view.topology === "mesh" && media.publications.size > 0);
      inside.on("state", () => {
        moving ??= loaded(() => import("../media/reports.ts")).then(
          ({ reportMedia }) => reportMedia({ media, hub, tell, inside }),
          () => {
            moving = undefined;
            own.onNeeds?.();
            return moving;
          },
        );
      });
    },
    receive: (payload) => void moving?.then((on) => on?.receive(payload)),
    close() {
      for (const publication of [...media.publications.values()]) publication.unpublish();
    },
  };
};
