import { limits } from "@parlour/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import type { SignedMessage } from "../../core/chat/index.ts";
import type { Channel, JsonValue, Peer } from "../api.ts";
import { randomText } from "../private/bytes.ts";
import { type Certificates, openIdentity, signMessage } from "../private/index.ts";
import type { Membership } from "./membership.ts";
import { privateChat } from "./private-chat.ts";
import { seatNotebook } from "./seat-note.ts";

const certificates: Certificates = {
  make: async () => ({ expires: 1e15 }) as RTCCertificate,
  fingerprint: async () => "sha-256 AB",
};

/** One page's chat with its channel in the test's hands. */
async function page(name: string) {
  const { identity } = await openIdentity(name, undefined, certificates, 0);
  const sent: { frame: Record<string, unknown>; to: Peer | undefined }[] = [];
  const shown: { message: SignedMessage; isLive: boolean; to: string | undefined }[] = [];
  const log: string[] = [];
  let listener: (data: JsonValue, peer: Peer) => void = () => {};
  const channel = {
    send: async (frame: JsonValue, options?: { to?: Peer }) =>
      void sent.push({ frame: JSON.parse(JSON.stringify(frame)), to: options?.to }),
    on: (_: "message", given: typeof listener) => {
      listener = given;
      return () => {};
    },
  } as unknown as Channel;
  const chat = privateChat({
    room: "den",
    channel,
    membership: () => ({ identity }) as Membership,
    notebook: seatNotebook("den", undefined),
    onMessage: (message, isLive, to) => shown.push({ message, isLive, to }),
    log: (event) => log.push(event),
  });
  return {
    chat,
    channel,
    identity,
    sent,
    shown,
    log,
    peer: { id: identity.id, name } as Peer,
    /** What another page sent; resolves when it was worked through. */
    async receive(frame: object, from: Peer) {
      listener(JSON.parse(JSON.stringify(frame)), from);
      await chat.settled();
    },
    texts: () => shown.map(({ message }) => message.text),
  };
}
type Page = Awaited<ReturnType<typeof page>>;

let ada: Page;
let bo: Page;
let cy: Page;
beforeEach(async () => {
  [ada, bo, cy] = await Promise.all([page("Ada"), page("Bo"), page("Cy")]);
});
const historyOf = (from: Page): Record<string, unknown> => from.sent.at(-1)?.frame ?? {};

describe("chat in a private room", () => {
  it("[P15] is signed by its author, and a newcomer gets it from any member", async () => {
    await ada.chat.say("one", "Ada");
    await ada.chat.say("two", "Ada");
    for (const { frame } of ada.sent) await bo.receive(frame, ada.peer);
    expect(bo.texts()).toEqual(["one", "two"]);
    cy.chat.opened(bo.peer);
    await bo.receive(historyOf(cy), cy.peer);
    await cy.receive(historyOf(bo), bo.peer);
    expect(cy.texts()).toEqual(["one", "two"]);
    expect(cy.shown.every(({ isLive }) => !isLive)).toBe(true);
    expect(cy.shown[0]?.message.author).toBe(ada.identity.id);
  });

  it("[P15] keeps the order in which its author said it, however fast that was", async () => {
    const all = Array.from({ length: 20 }, (_, i) => `m${i}`);
    await Promise.all(all.map((text) => ada.chat.say(text, "Ada")));
    expect(ada.texts()).toEqual(all);
    expect(ada.shown.map(({ message }) => message.n)).toEqual(all.map((_, i) => i + 1));
  });

  it("[P10] shows nothing that its author did not sign for this room", async () => {
    const what = { id: randomText(12), name: "Ada", n: 1, at: 5, text: "mine" };
    const genuine = await signMessage("den", ada.identity, what);
    const elsewhere = await signMessage("attic", ada.identity, what);
    const forged = {
      ...(await signMessage("den", bo.identity, what)),
      author: ada.identity.id,
      sign: ada.identity.sign,
    };
    cy.chat.opened(bo.peer);
    await cy.receive({ messages: [elsewhere, forged, { ...genuine, text: "not mine" }, 7, null] }, bo.peer);
    await cy.receive({ say: forged }, bo.peer);
    expect(cy.texts()).toEqual([]);
    expect(cy.log.filter((event) => event === "message-forged")).toHaveLength(4);
    expect(cy.log.filter((event) => event === "message-malformed")).toHaveLength(2);
    await cy.receive({ messages: [genuine] }, bo.peer);
    expect(cy.texts()).toEqual(["mine"]);
  });

  it("[P12] shows a message once, whoever sends it and how often", async () => {
    await ada.chat.say("once", "Ada");
    const say = ada.sent.at(-1)?.frame ?? {};
    cy.chat.opened(bo.peer);
    await cy.receive(say, ada.peer);
    await cy.receive(say, ada.peer);
    await cy.receive({ messages: [say["say"], say["say"]] }, bo.peer);
    expect(cy.texts()).toEqual(["once"]);
  });

  it("[P16] takes from each page only as much history as a room keeps, until its channels open anew", async () => {
    const what = { id: randomText(12), name: "Ada", at: 5, text: "x" };
    const first = await signMessage("den", ada.identity, { ...what, n: 1 });
    // Not genuine, so that nothing of it is shown; what counts is that it stops being looked at.
    const junk = Array.from({ length: limits.historyMessages + 50 }, (_, i) => ({ ...first, n: i + 2 }));
    cy.chat.opened(bo.peer);
    await cy.receive({ messages: junk }, bo.peer);
    await cy.receive({ messages: [first] }, bo.peer);
    expect(cy.texts()).toEqual([]);
    expect(cy.log.at(-1)).toBe("history-over-budget");
    expect(cy.log.filter((event) => event === "message-forged")).toHaveLength(limits.historyMessages);
    cy.chat.opened(bo.peer);
    await cy.receive({ messages: [first] }, bo.peer);
    expect(cy.texts()).toEqual(["x"]);
  });

  it("[P25] to one alone goes to that page, and into nobody's history", async () => {
    const { text } = await ada.chat.say("psst", "Ada", bo.peer);
    expect(text).toBe("psst");
    expect(ada.sent.map(({ to }) => to)).toEqual([bo.peer]);
    await bo.receive(historyOf(ada), ada.peer);
    expect(bo.shown).toMatchObject([{ message: { text: "psst" }, isLive: true, to: bo.peer.id }]);
    expect(ada.shown).toMatchObject([{ message: { text: "psst" }, to: bo.peer.id }]);
    await ada.chat.say("hello", "Ada");
    // Nobody else ever hears of it, whatever they say that they have.
    for (const page of [ada, bo]) {
      await page.receive({ have: {} }, cy.peer);
      expect(JSON.stringify(historyOf(page))).not.toContain("psst");
      page.chat.opened(cy.peer);
      expect(JSON.stringify(historyOf(page))).not.toContain("psst");
    }
    // Nor does it leave a hole in the count of what was said to everyone.
    expect(ada.shown.at(-1)?.message.n).toBe(1);
  });

  it("[P25] to one who is gone first is rejected, and shown to nobody", async () => {
    const error = new Error("undelivered");
    Object.assign(ada.channel, { send: () => Promise.reject(error) });
    await expect(ada.chat.say("psst", "Ada", bo.peer)).rejects.toBe(error);
    expect(ada.shown).toEqual([]);
  });

  it("[P26] counts only from its author, for this page, and as what it is", async () => {
    await ada.chat.say("psst", "Ada", bo.peer);
    const { whisper } = historyOf(ada) as { whisper: SignedMessage };
    cy.chat.opened(ada.peer);
    cy.chat.opened(bo.peer);
    bo.chat.opened(cy.peer);
    // Passed on by its receiver or its author to somebody else, made public, passed on to its receiver by another, altered.
    await cy.receive({ whisper }, bo.peer);
    await cy.receive({ whisper }, ada.peer);
    await cy.receive({ messages: [whisper] }, bo.peer);
    await cy.receive({ say: whisper }, ada.peer);
    await bo.receive({ whisper }, cy.peer);
    await bo.receive({ whisper: { ...whisper, text: "pssst" } }, ada.peer);
    await bo.receive({ whisper: "nonsense" }, ada.peer);
    await ada.chat.say("hello", "Ada");
    await bo.receive({ whisper: historyOf(ada)["say"] }, ada.peer);
    expect([...bo.shown, ...cy.shown]).toEqual([]);
    expect(cy.log).toEqual(Array(4).fill("message-forged"));
    expect(bo.log).toEqual(Array(4).fill("message-forged"));
  });

  it("[P16] is left alone by frames that are none", async () => {
    for (const nonsense of [{}, { have: 7 }, { messages: {} }, { say: null }, []]) {
      await ada.receive(nonsense, bo.peer);
    }
    expect(ada.texts()).toEqual([]);
    expect(ada.sent).toEqual([]);
  });

  it("[P17] goes on counting after a reload, so that nothing said before is said again", async () => {
    const notebook = seatNotebook("den", undefined);
    notebook.write({ said: 4 });
    const { chat, shown } = await (async () => {
      const shown: SignedMessage[] = [];
      const chat = privateChat({
        room: "den",
        channel: { send: async () => {}, on: () => () => {} } as unknown as Channel,
        membership: () => ({ identity: ada.identity }) as Membership,
        notebook,
        onMessage: (message) => shown.push(message),
        log: () => {},
      });
      return { chat, shown };
    })();
    await chat.say("after", "Ada");
    expect(shown[0]?.n).toBe(5);
    expect(notebook.note.said).toBe(5);
  });
});
