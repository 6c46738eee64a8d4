import { describe, expect, it } from "vitest";
import type { Message, Peer } from "../api.ts";
import type { Named } from "../channels/hub.ts";
import { decodeMessage, encodeMessage } from "../channels/message.ts";
import type { Page } from "../channels/page.ts";
import { encodeLetter, type Letter, letterReader } from "./letters.ts";
import { pageMail } from "./page-mail.ts";

/** One page of the channels, with its link and its post in the test's hands. */
function stage() {
  const said: string[] = [];
  const heard: Message[] = [];
  const posts: { readonly letter: Letter | undefined; arrive(): void; fail(): void }[] = [];
  const byLink: (() => void)[] = [];
  const state = { isUp: false, isSparing: true };
  const channel = { receive: (data: Message) => void heard.push(data) } as unknown as Named["channel"];
  const named = (opensLink?: boolean, isListening = true): Named => ({
    delivery: "exactly-once",
    opensLink,
    isListening,
    channel,
  });
  const names = new Map<string, Named>([
    ["game", named()],
    ["hands", named(false)],
    ["late", named(false, false)],
    ["parlour:chat", named()],
    ["parlour:files", named()],
    ["parlour:media", named()],
  ]);
  const read = letterReader();
  const page: Page = {
    peer: { id: "bo" } as Peer,
    part: { attach() {}, detach() {} },
    open: () => {},
    listen: (name) => void said.push(`listen ${name}`),
    send(name, _, message, settled) {
      said.push(`link ${name} ${JSON.stringify(decodeMessage(message))}`);
      byLink.push(() => settled("taken"));
      return () => true;
    },
    end: () => {},
  };
  const mail = pageMail({
    peer: page.peer,
    hub: { channelsByName: names },
    page,
    post: {
      send: (_, topic, bytes) =>
        new Promise<void>((resolve, reject) => {
          expect(topic).toBe("letters");
          const letter = read(bytes);
          if (letter) said.push(`post ${letter.name} ${JSON.stringify(decodeMessage(letter))}`);
          posts.push({ letter, arrive: resolve, fail: () => reject(new Error("undelivered")) });
        }),
      on: () => () => {},
    },
    isUp: () => state.isUp,
    isSparing: () => state.isSparing,
    onUse: () => void said.push("use"),
    onHolding: () => {},
    onHave: () => void said.push("have"),
    log: (event) => void said.push(event),
  });
  const outcomes: string[] = [];
  return {
    mail,
    said,
    heard,
    posts,
    byLink,
    state,
    names,
    outcomes,
    send: (name: string, data: Message) =>
      mail.page.send(name, "exactly-once", encodeMessage(data), (outcome) => void outcomes.push(outcome)),
    come(name: string, data: Message) {
      for (const piece of encodeLetter({ name, ...encodeMessage(data) })) mail.receive(piece);
    },
    async flush() {
      await new Promise((resolve) => setTimeout(resolve));
    },
  };
}

describe("what goes to a page without a link", () => {
  it("[X157] on a channel of somebody's own needs the link, until it is there and taken", () => {
    const { mail, said, send, byLink } = stage();
    send("game", { move: 1 });
    expect(said).toEqual(["use", 'link game {"move":1}']);
    expect(mail.holding).toBe("messages");
    byLink[0]?.();
    expect(mail.holding).toBe(undefined);
  });

  it("[X157] goes by post where it should open none, but for what is large", async () => {
    const { mail, said, send, posts, outcomes, flush } = stage();
    send("hands", 3);
    expect(said).toEqual(["post hands 3"]);
    expect(mail.holding).toBe(undefined);
    expect(outcomes).toEqual([]);
    posts[0]?.arrive();
    await flush();
    expect(outcomes).toEqual(["taken"]);
    send("hands", "x".repeat(16 * 1024 + 1));
    expect(said[1]).toBe("use");
    expect(mail.holding).toBe("messages");
  });

  it("[X162] stays in order: what follows something goes the way that it went, until that is there", async () => {
    const { said, send, posts, byLink, state, flush } = stage();
    send("hands", 1);
    state.isUp = true;
    send("hands", 2);
    posts[0]?.arrive();
    await flush();
    send("hands", 3);
    for (const post of posts) post.arrive();
    await flush();
    send("hands", 4);
    state.isUp = false;
    send("hands", 5);
    byLink[0]?.();
    byLink[1]?.();
    send("hands", 6);
    const ways = [
      "post hands 1",
      "post hands 2",
      "post hands 3",
      "use",
      "link hands 4",
      "use",
      "link hands 5",
    ];
    expect(said).toEqual([...ways, "post hands 6"]);
  });

  it("[X162] what could not be posted is undelivered", async () => {
    const { send, posts, outcomes, flush } = stage();
    send("parlour:chat", { say: {} });
    posts[0]?.fail();
    await flush();
    expect(outcomes).toEqual(["ended"]);
  });

  it("[X158] are offers of files; what is about pieces needs the link, said or heard", () => {
    const { said, send, come } = stage();
    send("parlour:files", { type: "offer", text: "film" });
    send("parlour:files", { type: "field", have: "", answer: true });
    expect(said.filter((what) => what === "use")).toEqual([]);
    send("parlour:files", { type: "field", have: "" });
    expect(said.at(-2)).toBe("use");
    come("parlour:files", { type: "state", state: "done" });
    come("parlour:files", { type: "leave", code: "declined" });
    expect(said.filter((what) => what === "use")).toHaveLength(1);
    come("parlour:files", { type: "field", have: "" });
    expect(said.filter((what) => what === "use")).toHaveLength(2);
  });

  it("[X158] of more ways beside a link there is nothing to say without one", () => {
    const { mail, said, send, outcomes, state } = stage();
    send("parlour:lanes", { lanes: "closed", lane: 1 });
    expect([said, outcomes, mail.holding]).toEqual([[], ["handed"], undefined]);
    state.isUp = true;
    send("parlour:lanes", { lanes: "ping" });
    expect(said).toEqual(['link parlour:lanes {"lanes":"ping"}']);
    expect(mail.holding).toBe(undefined);
  });

  it("[X159] of media nothing goes: each link begins with all of it; but what is missing holds one", () => {
    const { mail, said, send, outcomes, state } = stage();
    send("parlour:media", { n: 1, sources: {} });
    send("parlour:media", { moved: 1, except: [] });
    expect([said, outcomes, mail.holding]).toEqual([[], ["handed", "handed"], undefined]);
    send("parlour:media", { moved: 1, except: ["video camera"] });
    expect(mail.holding).toBe("media");
    state.isUp = true;
    send("parlour:media", { moved: 2, except: [] });
    expect(mail.holding).toBe(undefined);
    expect(said).toEqual(['link parlour:media {"moved":2,"except":[]}']);
  });

  it("[X150] goes by the link as ever where links do not rest", () => {
    const { said, send, state } = stage();
    state.isSparing = false;
    send("parlour:chat", { say: 1 });
    send("parlour:media", { n: 1 });
    expect(said).toEqual(["use", 'link parlour:chat {"say":1}', 'link parlour:media {"n":1}']);
  });
});

describe("what comes from a page without a link", () => {
  it("[X162] is heard in order, also by who listens later, within bounds", () => {
    const { mail, heard, said, come, names } = stage();
    come("hands", 1);
    come("late", 2);
    come("late", 3);
    expect(heard).toEqual([1]);
    names.set("late", { ...(names.get("late") as Named), isListening: true });
    mail.page.listen("late");
    expect(heard).toEqual([1, 2, 3]);
    for (let i = 0; i < 70; i++) come("nobody", i);
    expect(said.filter((what) => what === "letter-unheard")).toHaveLength(6);
  });

  it("[X156] who tells what they have of the chat is told the same", () => {
    const { said, come } = stage();
    come("parlour:chat", { have: {} });
    come("parlour:chat", { say: {} });
    expect(said).toEqual(["have"]);
  });

  it("[X162] that is no message of its kind is dropped", () => {
    const { mail, heard, said } = stage();
    for (const piece of encodeLetter({ name: "hands", kind: "json", bytes: Uint8Array.of(255) }))
      mail.receive(piece);
    expect([heard, said]).toEqual([[], ["letter-malformed"]]);
  });
});
