import { type FrameSealingDriver, openFrameSealing } from "../sealing/frame-sealing.ts";
import type { Unlinked } from "../seams.ts";
import type { RoomEffect } from "../session/index.ts";
import { type PostOffice, type PostSetup, postOffice } from "./post-office.ts";

/** As the private side of a room drives it. */
export interface UnlinkedDriver extends Unlinked {
  readonly post: PostOffice;
  /** All of this happened in the room. */
  took(effects: readonly RoomEffect[]): void;
}

export interface UnlinkedSetup extends PostSetup {
  /** Its name. */
  readonly room: string;
}

export function unlinked(setup: UnlinkedSetup): UnlinkedDriver {
  const post = postOffice(setup);
  let sealing: Promise<FrameSealingDriver> | undefined;
  return {
    post,
    sealing() {
      sealing ??= openFrameSealing({ ...setup, post });
      sealing.catch(() => {
        sealing = undefined;
      });
      return sealing;
    },
    took(effects) {
      for (const effect of effects) {
        const { type } = effect;
        const isAnew = type === "welcome" && effect.isNewSeat;
        if (type === "ended" || isAnew) post.close();
        post.seatsChanged();
        if (type === "live") post.resync();
        if (type === "changed" && effect.peer.presence === "here") post.resync(effect.peer.id);
        sealing?.then(
          (driver) => {
            if (type === "ended") driver.end();
            else if (isAnew) driver.renewed();
            else driver.seatsChanged();
          },
          () => {},
        );
      }
    },
  };
}
