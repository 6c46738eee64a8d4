import type { JsonValue, Peer, RemoteMedia, Source } from "../api.ts";
import { createMedia } from "../media/index.ts";
import type { CreateMediaHub } from "../seams.ts";

const nothing: ReadonlyMap<Source, RemoteMedia> = new Map();

/** Joins `browser/media` to its channel, and hides the media of pages that are gone. */
export const createMediaHub: CreateMediaHub = ({ hub, emit, log, publish }) => {
  const channel = hub.channel("parlour:media", "ordered");
  const tell = (state: object, to?: Peer): void => {
    // Whoever misses it is told when its channels open again.
    channel.send(state as JsonValue, to && { to }).catch(() => {});
  };
  const media = createMedia({
    announce: (state) => tell(state),
    onWants: (peer, wants) => tell({ wants }, peer),
  });
  channel.on("message", (data, peer) => media.receive(peer.id, data));

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
    of: (id) => (hidden.has(id) ? nothing : media.of(id)),
    close() {
      for (const publication of [...media.publications.values()]) publication.unpublish();
    },
  };
};
