import type { Direct, DirectInvitation, Room } from "@parlour/client";
import { describe, expect, it } from "vitest";
import { Handover } from "./handover.ts";

const goodUntil = 30 * 60_000;
const room = { name: "direct-x" } as Room;

/** An SDK whose invitation answers as the test says. */
function stage(answer: DirectInvitation["answer"] = async () => room) {
  const timers: { readonly ms: number; readonly run: () => void }[] = [];
  const asked: unknown[] = [];
  const text = { text: "INV1abc", reach: "network", goodUntil } as const;
  const direct: Direct = {
    invite: async (options) => {
      asked.push(options);
      return { ...text, answer, close: () => undefined };
    },
    accept: async (pasted) => {
      asked.push(pasted);
      return { ...text, text: "ANS1abc", room: Promise.resolve(room), close: () => undefined };
    },
    find: (pasted) => pasted,
    codes: (whole) => [whole],
    collector: () => ({ add: (code) => code, progress: { read: 0, of: 0 } }),
  };
  const setup = {
    load: async () => direct,
    server: "https://meet.example",
    address: "https://meet.example/direct",
    now: () => 0,
    after: (ms: number, run: () => void) => {
      timers.push({ ms, run });
      return () => undefined;
    },
  };
  return { setup, timers, asked };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));
const refusing =
  (...codes: string[]) =>
  async () => {
    const code = codes.shift();
    if (code !== undefined) throw Object.assign(new Error(code), { code });
    return room;
  };

describe("an introduction on the page", () => {
  it("[O20] invites with a link in its code, and leads into the room that the answer brings", async () => {
    const { setup, asked } = stage();
    const handover = new Handover(setup);
    const joined = handover.join({ name: "Ada" });
    await settled();
    expect(asked).toEqual([{ server: "https://meet.example", name: "Ada" }]);
    expect(handover.state.value).toMatchObject({
      at: "open",
      codes: ["https://meet.example/direct#INV1abc"],
    });
    await handover.answer("ANS1");
    expect(await joined).toBe(room);
  });

  it("[O20] answers with the text alone", async () => {
    const { setup, asked } = stage();
    const handover = new Handover({ ...setup, invitation: "INV1abc" });
    expect(await handover.join({})).toBe(room);
    expect(asked).toEqual(["INV1abc"]);
    expect(handover.state.value).toMatchObject({ at: "open", text: "ANS1abc", codes: ["ANS1abc"] });
  });

  it("[O22] says what is wrong with an answer, and takes another", async () => {
    const { setup } = stage(refusing("text-cut", "text-own"));
    const handover = new Handover(setup);
    const joined = handover.join({});
    await settled();
    await handover.answer("ANS1");
    expect([handover.problem.value, handover.state.value.at]).toEqual(["text-cut", "open"]);
    await handover.answer("INV1abc");
    expect(handover.problem.value).toBe("text-own");
    await handover.answer("ANS1whole");
    expect(handover.problem.value).toBeUndefined();
    expect(await joined).toBe(room);
  });

  it("ends when no way was found, when it is too old, and when one goes back", async () => {
    const lost = stage(refusing("no-way"));
    const handover = new Handover(lost.setup);
    const joined = handover.join({});
    await settled();
    await Promise.all([expect(joined).rejects.toMatchObject({ code: "no-way" }), handover.answer("ANS1")]);

    const old = stage();
    const stale = new Handover(old.setup).join({});
    await settled();
    expect(old.timers.map(({ ms }) => ms)).toEqual([goodUntil]);
    old.timers[0]?.run();
    await expect(stale).rejects.toEqual({ code: "text-stale" });

    const giveUp = new AbortController();
    const given = new Handover(stage().setup).join({ signal: giveUp.signal });
    await settled();
    giveUp.abort();
    await expect(given).rejects.toEqual({ code: "aborted" });
  });
});
