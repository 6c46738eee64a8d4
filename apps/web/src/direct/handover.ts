import type { Direct, DirectReach, JoinOptions, ParlourError, Room } from "@parlour/client";
import { type Signal, signal } from "@preact/signals";
import type { After } from "../state/announcer.ts";
import type { DirectWords } from "../words/direct-en.ts";

/** What can be said of a text that was brought. */
export type TextProblem = keyof DirectWords["problems"];

/**
 * One introduction, from this page's side.
 *
 *     making ──text is there──▶ open ──their answer──▶ meeting ──▶ the room
 *        │                        │                       │
 *        └────────────────────────┴── no way, too old, ───┘── its promise rejects
 *
 * Who is invited stays `open` until the room is there: nobody tells them before.
 */
export type HandoverState =
  | { readonly at: "making" }
  | {
      readonly at: "open" | "meeting";
      readonly text: string;
      /** For QR codes: one after the other when there are several. */
      readonly codes: readonly string[];
      readonly reach: DirectReach;
      readonly goodUntil: number;
    };

export interface HandoverSetup {
  /** Missing: this page invites. */
  readonly invitation?: string;
  readonly load: () => Promise<Direct>;
  /** Where this page came from: as long as that server is there, its STUN is asked. */
  readonly server: string;
  /** Where an invitation leads to: `https://meet.example.org/direct`. */
  readonly address: string;
  readonly now: () => number;
  readonly after: After;
}

const retried: readonly string[] = [
  "text-unknown",
  "text-cut",
  "text-damaged",
  "text-newer",
  "text-invitation",
  "text-other",
  "text-own",
] satisfies TextProblem[];

export class Handover {
  readonly isInviting: boolean;
  readonly state: Signal<HandoverState> = signal({ at: "making" });
  /** Of what was brought last. */
  readonly problem: Signal<TextProblem | undefined> = signal(undefined);
  readonly #setup: HandoverSetup;
  #answer: ((pasted: string) => Promise<void>) | undefined;

  constructor(setup: HandoverSetup) {
    this.#setup = setup;
    this.isInviting = setup.invitation === undefined;
  }

  /** Makes the text, and resolves with the room once the other one is in it. Rejects as the SDK does. */
  async join(options: JoinOptions): Promise<Room> {
    this.state.value = { at: "making" };
    this.problem.value = undefined;
    const direct = await this.#setup.load();
    const { name, publish, signal: giveUp } = options;
    const wanted = {
      server: this.#setup.server,
      ...(name !== undefined && { name }),
      ...(publish && { publish }),
      ...(giveUp && { signal: giveUp }),
    };
    const { invitation } = this.#setup;
    return invitation === undefined ? this.#invite(direct, wanted) : this.#accept(direct, invitation, wanted);
  }

  /** Takes what was brought as the answer. What is wrong with it is in `problem`. */
  async answer(pasted: string): Promise<void> {
    if (this.state.peek().at !== "open") return;
    this.problem.value = undefined;
    await this.#answer?.(pasted);
  }

  async #invite(direct: Direct, options: Parameters<Direct["invite"]>[0]): Promise<Room> {
    const invitation = await direct.invite(options);
    const { text, reach, goodUntil } = invitation;
    const codes = direct.codes(`${this.#setup.address}#${text}`);
    const open = { text, codes, reach, goodUntil } as const;
    this.state.value = { at: "open", ...open };
    const { after, now } = this.#setup;
    return new Promise<Room>((resolve, reject) => {
      const stop = after(goodUntil - now(), () => {
        if (this.state.peek().at === "open") reject({ code: "text-stale" });
      });
      options?.signal?.addEventListener("abort", () => {
        stop();
        reject({ code: "aborted" });
      });
      this.#answer = async (pasted) => {
        this.state.value = { at: "meeting", ...open };
        try {
          resolve(await invitation.answer(pasted));
          stop();
        } catch (error) {
          const { code = "" } = error as Partial<ParlourError>;
          if (!retried.includes(code)) return reject(error);
          this.problem.value = code as TextProblem;
          this.state.value = { at: "open", ...open };
        }
      };
    });
  }

  async #accept(direct: Direct, pasted: string, options: Parameters<Direct["accept"]>[1]): Promise<Room> {
    const { text, reach, goodUntil, room } = await direct.accept(pasted, options);
    this.state.value = { at: "open", text, codes: direct.codes(text), reach, goodUntil };
    return room;
  }
}
