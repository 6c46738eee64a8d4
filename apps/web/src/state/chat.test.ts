import type { SaidEvent } from "@parlour/client";
import { describe, expect, it } from "vitest";
import { FakePeer, FakeRoom } from "../../test/fake-room.ts";
import { Chat, type ChatEntry, groupEntries, withSaid } from "./chat.ts";

const minute = 60_000;
let count = 0;
function said(by: string, text: string, at: number, more: Partial<SaidEvent> = {}): SaidEvent {
  count += 1;
  return { id: `m${count}`, from: { id: by, name: by }, isOwn: false, isHistory: false, text, at, ...more };
}
function textsOf(entries: readonly ChatEntry[]): readonly string[] {
  return entries.map(({ text }) => text);
}

describe("messages on screen", () => {
  it("[W9] stand in groups by person and minute; a notice parts them", () => {
    let entries: readonly ChatEntry[] = [];
    for (const message of [
      said("bo", "one", minute),
      said("bo", "two", minute + 20_000),
      said("cy", "three", minute + 21_000),
      said("bo", "four", minute + 22_000),
      said("bo", "five", 2 * minute),
    ]) {
      entries = withSaid(entries, message);
    }
    expect(groupEntries(entries).map((one) => one.kind === "group" && textsOf(one.messages))).toEqual([
      ["one", "two"],
      ["three"],
      ["four"],
      ["five"],
    ]);
    const notice: ChatEntry = { kind: "notice", key: "n", text: "Di joined", at: minute };
    expect(groupEntries(entries.toSpliced(1, 0, notice)).map(({ kind }) => kind)).toEqual([
      "group",
      "notice",
      "group",
      "group",
      "group",
      "group",
    ]);
  });

  it("[W10] show nothing twice, and history at its time", () => {
    const late = said("bo", "late", 5);
    let entries = withSaid([], late);
    entries = withSaid(entries, late);
    entries = withSaid(entries, said("cy", "early", 3, { isHistory: true }));
    entries = withSaid(entries, said("cy", "earliest", 1, { isHistory: true }));
    expect(textsOf(entries)).toEqual(["earliest", "early", "late"]);
    // The same id from another author is another message.
    entries = withSaid(entries, { ...late, from: { id: "di", name: "Di" } });
    expect(entries).toHaveLength(4);
  });
});

describe("the chat of a call", () => {
  it("[W11] shows one's own message at once, as pending, then as sent", async () => {
    const room = new FakeRoom();
    let answer: (sent: { id: string; at: number }) => void = () => undefined;
    room.sayNext = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const chat = new Chat(room, () => 7);
    chat.draft.value = "  hello \n";
    const sending = chat.send();
    expect(chat.draft.value).toBe("");
    expect(chat.entries.value).toMatchObject([
      { text: "hello", at: 7, isOwn: true, delivery: { state: "pending" } },
    ]);
    answer({ id: "x", at: 9 });
    await sending;
    expect(chat.entries.value).toMatchObject([{ id: "x", at: 9, delivery: { state: "sent" } }]);
  });

  it("[W10] one's own message is there once, whether the room's copy comes before or after the answer", async () => {
    for (const order of ["copy first", "answer first"]) {
      const room = new FakeRoom();
      let answer: (sent: { id: string; at: number }) => void = () => undefined;
      room.sayNext = () =>
        new Promise((resolve) => {
          answer = resolve;
        });
      const chat = new Chat(room, () => 7);
      chat.draft.value = "hello";
      const sending = chat.send();
      const copy = said("self", "hello", 9, { id: "x", isOwn: true });
      if (order === "copy first") chat.receive(copy);
      answer({ id: "x", at: 9 });
      await sending;
      if (order === "answer first") chat.receive(copy);
      expect(chat.entries.value, order).toMatchObject([{ id: "x", delivery: { state: "sent" } }]);
      expect(chat.unread.value).toBe(0);
    }
  });

  it("[W12] keeps a refused message, marked, with the reason", async () => {
    const room = new FakeRoom("public");
    room.sayNext = () =>
      Promise.reject(
        Object.assign(new Error("That was not passed on."), {
          code: "profanity",
          hint: "Say it another way.",
        }),
      );
    const chat = new Chat(room, () => 7);
    chat.draft.value = "rude";
    await chat.send();
    expect(chat.entries.value).toMatchObject([
      { text: "rude", delivery: { state: "refused", reason: "That was not passed on. Say it another way." } },
    ]);
  });

  it("[W13] counts what others say while it is closed, and nothing else", () => {
    const room = new FakeRoom();
    const chat = new Chat(room, () => 7);
    const news = said("bo", "one", 1);
    expect(chat.receive(news)).toBe(true);
    expect(chat.receive(news)).toBe(false);
    chat.receive(said("bo", "before", 0, { isHistory: true }));
    chat.receive(said("self", "mine", 2, { isOwn: true }));
    expect(chat.unread.value).toBe(1);
    chat.open(true);
    expect(chat.unread.value).toBe(0);
    chat.receive(said("bo", "two", 3));
    expect(chat.unread.value).toBe(0);
  });

  it("keeps notices as they come when clocks differ a little, and puts old ones where they belong", () => {
    const chat = new Chat(new FakeRoom("public"), () => 7);
    chat.note({ text: "Welcome", at: 60_000 });
    chat.note({ text: "Ada joined", at: 59_000 });
    chat.note({ text: "Bo left", at: 1_000 });
    expect(textsOf(chat.entries.value)).toEqual(["Bo left", "Welcome", "Ada joined"]);
  });

  it("sends nothing when there is nothing but space", async () => {
    const room = new FakeRoom();
    const chat = new Chat(room, () => 7);
    chat.draft.value = " \n ";
    expect(await chat.send()).toBeUndefined();
    expect(room.asked).toEqual([]);
  });

  it("begins with what was said before", () => {
    const room = new FakeRoom();
    room.messages.push(said("bo", "one", 1), said("bo", "two", 2));
    expect(textsOf(new Chat(room, () => 7).entries.value)).toEqual(["one", "two"]);
  });

  it("keeps the newest when there are very many", () => {
    const chat = new Chat(new FakeRoom(), () => 7);
    for (let number = 0; number < 1_100; number += 1) chat.receive(said("bo", `${number}`, number));
    expect(chat.entries.value).toHaveLength(1_000);
    expect(chat.entries.value.at(-1)?.text).toBe("1099");
  });

  it("[W50] a private message goes to one person alone and is marked", async () => {
    const room = new FakeRoom();
    const bo = room.arrive(new FakePeer("bo", "Bo"));
    const chat = new Chat(room, () => 7);
    chat.to.value = { id: bo.id, name: bo.name };
    chat.draft.value = "psst";
    await chat.send();
    expect(room.asked).toEqual(["say to Bo psst"]);
    expect(chat.shown.value[0]).toMatchObject({ kind: "group", to: { id: "bo", name: "Bo" } });
    chat.receive(said("bo", "what?", 7, { to: "self" }));
    chat.receive(said("bo", "hello all", 7));
    expect(chat.shown.value.map((entry) => (entry.kind === "group" ? entry.to?.name : ""))).toEqual([
      "Bo",
      "Ada",
      undefined,
    ]);
  });

  it("[W50] stays unsent when that person left, and never goes to everyone", async () => {
    const room = new FakeRoom();
    const bo = room.arrive(new FakePeer("bo", "Bo"));
    const chat = new Chat(room, () => 7);
    chat.to.value = { id: bo.id, name: bo.name };
    room.depart(bo, "left");
    chat.draft.value = "psst";
    expect(await chat.send()).toEqual({ state: "refused", reason: "They are not here any more." });
    expect(room.asked).toEqual([]);
  });

  it("[W50] is not taken for the same words said to everyone", () => {
    const pending: ChatEntry = {
      kind: "message",
      key: "own-1",
      id: undefined,
      author: { id: "self", name: "Ada" },
      isOwn: true,
      text: "yes",
      at: 1,
      delivery: { state: "pending" },
      to: { id: "bo", name: "Bo" },
    };
    const entries = withSaid([pending], said("self", "yes", 2, { isOwn: true }));
    expect(entries).toHaveLength(2);
    expect(withSaid([pending], said("self", "yes", 2, { isOwn: true, to: "bo" }))).toHaveLength(1);
  });
});
