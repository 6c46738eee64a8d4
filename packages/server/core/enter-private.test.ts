import { describe, expect, it } from "vitest";
import { hello, rehearse, sealedHello, welcomeIn } from "./rehearsal.ts";

describe("a private room", () => {
  const club = (more = {}) => rehearse({ visibility: "private", how: "join", check: "the key", ...more });

  it("[R20] takes its own key only", () => {
    const room = club();
    for (const key of [undefined, "", "the kez", "the key ", "THE KEY"]) {
      const step = room.give(sealedHello("Ada", { key }));
      expect(step.refused?.code).toBe("wrong-key");
      expect(step.effects).toEqual([]);
    }
    expect(room.give(sealedHello("Ada")).refused).toBeUndefined();
  });

  it("[R20] takes nobody back without the key either", () => {
    const room = club();
    room.give(sealedHello("Ada"));
    room.give({ type: "drop", connection: "Ada's connection", why: "silent" });
    const step = room.give(sealedHello("Ada", { key: "another", claim: room.claim("Ada") }));
    expect(step.refused?.code).toBe("wrong-key");
  });

  it("[R20] and a public one don't mix: a key there is a link to another room", () => {
    const tea = rehearse();
    expect(tea.give(hello("Ada", { key: "the key" })).refused?.code).toBe("wrong-key");
    expect(tea.state?.seats).toEqual([]);
  });

  it("[R21] made over HTTP takes its key from the first who enters, not from who is refused", () => {
    const room = rehearse({ visibility: "private", passcodeHash: "hash" });
    expect(room.give(sealedHello("Eve", { key: "hers" })).refused?.code).toBe("wrong-passcode");
    expect(room.state?.check).toBeUndefined();
    room.give(sealedHello("Ada", { passcodeOk: true }));
    expect(room.state?.check).toBe("the key");
    expect(room.give(sealedHello("Eve", { key: "hers", passcodeOk: true })).refused?.code).toBe("wrong-key");
  });

  it("[R22] needs an id and a card, and knows no name and no country", () => {
    const room = club();
    expect(room.give(sealedHello("Ada", { card: undefined })).refused?.code).toBe("bad-request");
    expect(room.give(sealedHello("Ada", { ownId: undefined })).refused?.code).toBe("bad-request");
    const { you } = welcomeIn(room.give(sealedHello("Ada", { name: "Ada", country: "PT" })));
    expect(you).toEqual({
      id: "Ada",
      number: 1,
      epoch: "Ada's page",
      role: "host",
      presence: "here",
      card: "Ada's card",
    });
  });

  it("[R22] has cards, a public one has none and chooses the ids itself", () => {
    const { you } = welcomeIn(rehearse().give(hello("Ada", { card: "a card", ownId: "of my choice" })));
    expect(you.card).toBeUndefined();
    expect(you.id).toBe("Ada");
  });

  it("[R23] gives a seated id to nobody without its token, whether its page is here or not", () => {
    const room = club();
    room.give(sealedHello("Ada"));
    const thief = sealedHello("Ada", { connection: "thief", epoch: "thief" });
    expect(room.give(thief).refused?.code).toBe("seat-taken");
    room.give({ type: "drop", connection: "Ada's connection", why: "silent" });
    expect(room.give(thief).refused?.code).toBe("seat-taken");
    expect(room.seat("Ada").presence).toBe("silent");
  });

  it("[R16] does not take one seat's token together with another's id", () => {
    const room = club();
    room.give(sealedHello("Ada"));
    const claim = room.claim("Ada");
    room.give({ type: "drop", connection: "Ada's connection", why: "silent" });
    const step = room.give(sealedHello("Eve", { claim }));
    expect(welcomeIn(step)).toMatchObject({ resumed: false, you: { id: "Eve", number: 2 } });
    expect(room.seat("Ada").presence).toBe("silent");
  });

  it("[R13] takes the new card of a page loaded again", () => {
    const room = club();
    room.give(sealedHello("Ada"));
    room.give({ type: "drop", connection: "Ada's connection", why: "page" });
    const step = room.give(
      sealedHello("Ada", { epoch: "second", card: "new card", claim: room.claim("Ada") }),
    );
    expect(welcomeIn(step).you.card).toBe("new card");
  });
});
