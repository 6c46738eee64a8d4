import { limits } from "@parlour/protocol";
import { describe, expect, it } from "vitest";
import { hello, namesOf, rehearse, told, welcomeIn } from "./rehearsal.ts";
import { room } from "./room.ts";

describe("a new seat", () => {
  it("[R10] has the next number, which nobody has again", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give(hello("Bob"));
    tea.give({ type: "leave", connection: "Bob's connection" });
    tea.give(hello("Eve"));
    tea.give({ type: "leave", connection: "Ada's connection" });
    tea.give(hello("Ada"));
    expect(tea.state?.seats.map(({ id, number }) => `${id} ${number}`)).toEqual(["Eve 3", "Ada 4"]);
  });

  it("[R11] gets the whole present state, and the others hear of it", () => {
    const tea = rehearse();
    tea.give(hello("Ada", { country: "PT" }));
    tea.give(hello("Bob"));
    tea.give({ type: "drop", connection: "Bob's connection", why: "silent" });
    const step = tea.give(hello("Eve", { capabilities: ["files"] }));
    expect(welcomeIn(step)).toEqual({
      type: "welcome",
      connection: "Eve's connection",
      you: {
        id: "Eve",
        number: 3,
        epoch: "Eve's page",
        role: "member",
        presence: "here",
        name: "Eve",
        capabilities: ["files"],
      },
      peers: [
        {
          id: "Ada",
          number: 1,
          epoch: "Ada's page",
          role: "host",
          presence: "here",
          name: "Ada",
          country: "PT",
        },
        { id: "Bob", number: 2, epoch: "Bob's page", role: "member", presence: "silent", name: "Bob" },
      ],
      resumed: false,
      sinceHolds: false,
    });
    expect(step.effects.slice(1)).toEqual([
      { type: "tell-all", except: "Eve", frame: { type: "joined", peer: welcomeIn(step).you } },
      { type: "notice", event: "joined", name: "Eve", text: "Eve joined" },
    ]);
  });

  it("[R17] is the only one of its connection", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    const before = tea.state;
    for (const more of [
      { connection: "Ada's connection" },
      { connection: "Ada's connection", claim: tea.claim("Ada") },
    ]) {
      const step = tea.give(hello("Bob", more));
      expect(step.refused?.code).toBe("unexpected");
      expect(step.effects).toEqual([]);
      expect(tea.state).toBe(before);
    }
  });
});

describe("the same page again", () => {
  it("[R12] is back at once, and its older connection is closed; the others need not know", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give(hello("Bob"));
    const step = tea.give(hello("Ada", { connection: "newer", claim: tea.claim("Ada") }));
    expect(step.effects).toEqual([
      { type: "close", connection: "Ada's connection", code: "replaced" },
      expect.objectContaining({ type: "welcome", connection: "newer", resumed: true, sinceHolds: true }),
    ]);
    expect(welcomeIn(step).you).toMatchObject({ id: "Ada", number: 1, role: "host", presence: "here" });
    expect(namesOf(welcomeIn(step).peers)).toEqual(["Bob"]);
    expect(tea.seat("Ada")).toMatchObject({ presence: "here", connection: "newer" });
  });

  it("[R12] is told to the others when they thought it lost", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give(hello("Bob"));
    for (const why of ["page", "silent"] as const) {
      tea.give({ type: "drop", connection: "Ada's connection", why });
      const step = tea.give(hello("Ada", { claim: tea.claim("Ada") }));
      expect(step.effects.map((effect) => effect.type)).toEqual(["welcome", "tell-all"]);
      expect(told(step)).toEqual(["changed Ada here"]);
    }
  });
});

describe("a page loaded again", () => {
  it("[R13] gets its seat with the new epoch, and the others rebuild their links to it", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give(hello("Bob"));
    tea.give({ type: "drop", connection: "Ada's connection", why: "page" });
    const step = tea.give(
      hello("Ada", { epoch: "second page", connection: "newer", claim: tea.claim("Ada") }),
    );
    expect(welcomeIn(step)).toMatchObject({
      resumed: true,
      you: { id: "Ada", number: 1, role: "host", name: "Ada", epoch: "second page" },
    });
    expect(step.effects).toContainEqual({
      type: "tell-all",
      except: "Ada",
      frame: { type: "changed", peer: welcomeIn(step).you },
    });
    expect(tea.state?.seats.map((seat) => seat.id)).toEqual(["Ada", "Bob"]);
  });

  it("[R14] has to wait for a sign of life while the first page is here", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    const before = tea.state;
    const duplicate = hello("Ada", { epoch: "second page", connection: "second", claim: tea.claim("Ada") });
    const step = tea.give(duplicate);
    expect(step).toEqual({
      state: before,
      effects: [{ type: "probe", connection: "Ada's connection" }],
    });
    expect(tea.state).toBe(before);

    const after = tea.give({ ...duplicate, probed: "Ada's connection" });
    expect(after.effects[0]).toEqual({ type: "close", connection: "Ada's connection", code: "replaced" });
    expect(welcomeIn(after).resumed).toBe(true);
    expect(tea.seat("Ada")).toMatchObject({ epoch: "second page", connection: "second" });
  });

  it("[R14] can't take the seat when another connection than the silent one has it by now", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    const claim = tea.claim("Ada");
    tea.give(hello("Ada", { connection: "newer", claim }));
    const step = tea.give(
      hello("Ada", { epoch: "second page", connection: "second", claim, probed: "Ada's connection" }),
    );
    expect(step.effects).toEqual([{ type: "probe", connection: "newer" }]);
  });

  it("[R14] gets the seat without more ado when the first page went meanwhile", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    const claim = tea.claim("Ada");
    tea.give({ type: "drop", connection: "Ada's connection", why: "silent" });
    const step = tea.give(
      hello("Ada", { epoch: "second page", connection: "second", claim, probed: "Ada's connection" }),
    );
    expect(step.effects.map((effect) => effect.type)).toEqual(["welcome", "tell-all"]);
  });
});

describe("a token whose seat ended", () => {
  it("[R15] brings the same id and name back on a new seat", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give(hello("Bob", { name: "ada" }));
    expect(tea.seat("Bob").name).toBe("ada 2");
    const claim = tea.claim("Bob");
    tea.give({ type: "leave", connection: "Bob's connection" });
    const step = tea.give(hello("new", { id: "fresh", name: "ada", claim }));
    expect(welcomeIn(step)).toMatchObject({
      resumed: false,
      sinceHolds: true,
      you: { id: "Bob", number: 3, name: "ada 2" },
    });
    expect(told(step)).toEqual(["joined Bob"]);
  });

  it("[R15] does so in a later room of the same name, in which it proves nothing else", () => {
    const earlier = rehearse();
    earlier.give(hello("Ada"));
    const claim = { ...earlier.claim("Ada"), roomMade: 1 };
    const later = rehearse({ passcodeHash: "hash" });
    expect(later.give(hello("x", { claim })).refused?.code).toBe("wrong-passcode");
    const step = later.give(hello("x", { claim, passcodeOk: true, name: undefined }));
    expect(welcomeIn(step)).toMatchObject({ resumed: false, you: { id: "Ada", name: "Ada", number: 1 } });
  });

  it("[R15] tells the name apart when somebody else has it by now", () => {
    const tea = rehearse();
    tea.give(hello("Eve"));
    tea.give(hello("Ada"));
    const claim = tea.claim("Ada");
    tea.give({ type: "leave", connection: "Ada's connection" });
    tea.give(hello("Bob", { name: "Ada" }));
    expect(welcomeIn(tea.give(hello("Ada", { claim }))).you).toMatchObject({ id: "Ada", name: "Ada 2" });
  });

  it("[R19] carries what was seen of the history in this very room, and nothing into another", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give(hello("Bob"));
    const claim = tea.claim("Ada");
    tea.give({ type: "leave", connection: "Ada's connection" });
    expect(welcomeIn(tea.give(hello("Ada", { claim }))).sinceHolds).toBe(true);
    tea.give({ type: "leave", connection: "Ada's connection" });
    const earlier = { ...claim, roomMade: claim.roomMade - 1 };
    expect(welcomeIn(tea.give(hello("Ada", { claim: earlier }))).sinceHolds).toBe(false);
    expect(welcomeIn(tea.give(hello("Eve"))).sinceHolds).toBe(false);
  });
});

describe("names of who comes back", () => {
  const back = (tea: ReturnType<typeof rehearse>, who: string, name: string | undefined) => {
    tea.give({ type: "drop", connection: `${who}'s connection`, why: "page" });
    return tea.give(hello(who, { epoch: `page for ${name}`, name, claim: tea.claim(who) }));
  };

  it("[R18] stay, also when the plain one is free by now", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give(hello("Bob", { name: "ADA" }));
    tea.give({ type: "leave", connection: "Ada's connection" });
    expect(welcomeIn(back(tea, "Bob", "ADA")).you.name).toBe("ADA 2");
    expect(welcomeIn(back(tea, "Bob", undefined)).you.name).toBe("ADA 2");
  });

  it("[R18] are new ones when another is asked for, and told apart", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give(hello("Bob"));
    const step = back(tea, "Bob", "Grace");
    expect(welcomeIn(step).you.name).toBe("Grace");
    expect(told(step)).toEqual(["changed Bob here"]);
    expect(welcomeIn(back(tea, "Bob", "ada")).you.name).toBe("ada 2");
  });
});

describe("a passcode", () => {
  it("[R24] is asked of everyone but who has the token of a seat in this very room", () => {
    const tea = rehearse({ passcodeHash: "hash" });
    expect(tea.give(hello("Ada")).refused?.code).toBe("wrong-passcode");
    expect(tea.give(hello("Ada", { hostTokenOk: true })).refused?.code).toBe("wrong-passcode");
    tea.give(hello("Ada", { passcodeOk: true }));
    tea.give(hello("Bob", { passcodeOk: true }));
    const claim = tea.claim("Ada");
    tea.give({ type: "drop", connection: "Ada's connection", why: "silent" });
    expect(tea.give(hello("Ada", { claim })).refused).toBeUndefined();
    tea.give({ type: "leave", connection: "Ada's connection" });
    expect(tea.give(hello("Ada", { claim })).refused).toBeUndefined();
    tea.give({ type: "leave", connection: "Ada's connection" });
    expect(tea.give(hello("Ada", { claim: { ...claim, roomMade: 1 } })).refused?.code).toBe("wrong-passcode");
  });
});

describe("a full room", () => {
  it.each([1, 2, 5])("[R25] with %i seats takes nobody more until one is free", (capacity) => {
    const tea = rehearse({ capacity });
    for (let n = 1; n <= capacity; n++) tea.give(hello(`Person ${n}`));
    const before = tea.state;
    const step = tea.give(hello("Eve"));
    expect(step.refused?.code).toBe("room-full");
    expect(tea.state).toBe(before);
    tea.give({ type: "leave", connection: "Person 1's connection" });
    expect(tea.give(hello("Eve")).refused).toBeUndefined();
    expect(tea.state?.seats).toHaveLength(capacity);
  });

  it("[R25] keeps the seats of who may come back, and always takes them back", () => {
    const tea = rehearse({ capacity: 2 });
    tea.give(hello("Ada"));
    tea.give(hello("Bob"));
    tea.give({ type: "drop", connection: "Ada's connection", why: "silent" });
    expect(tea.give(hello("Eve")).refused?.code).toBe("room-full");
    expect(tea.give(hello("Eve", { hostTokenOk: true })).refused?.code).toBe("room-full");
    expect(welcomeIn(tea.give(hello("Ada", { claim: tea.claim("Ada") }))).resumed).toBe(true);
  });

  it("[R25] has no place for a seat that ended either", () => {
    const tea = rehearse({ capacity: 2 });
    tea.give(hello("Ada"));
    const claim = tea.claim("Ada");
    tea.give(hello("Bob"));
    tea.give({ type: "leave", connection: "Ada's connection" });
    tea.give(hello("Eve"));
    expect(tea.give(hello("Ada", { claim })).refused?.code).toBe("room-full");
  });

  it("[R26] is not full of seats whose grace is over", () => {
    const tea = rehearse({ capacity: 2 });
    tea.give(hello("Ada"));
    tea.give(hello("Bob"));
    tea.give({ type: "drop", connection: "Bob's connection", why: "page" });
    tea.pass(limits.seatAfterPageGoneMs - 1);
    expect(tea.give(hello("Eve")).refused?.code).toBe("room-full");
    // The timer is late: nothing has cleared the seat away yet.
    const step = room(tea.state, hello("Eve"), tea.now + 1);
    expect(told(step)).toEqual(["left Bob page", "joined Eve"]);
    expect(step.state?.seats.map((seat) => seat.id)).toEqual(["Ada", "Eve"]);
  });
});

describe("who was removed", () => {
  it("[R27] may not come back under that id", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give(hello("Bob"));
    const claim = tea.claim("Bob");
    tea.give({ type: "leave", connection: "Bob's connection" });
    const state = tea.state && { ...tea.state, removed: ["Bob"] };
    expect(room(state, hello("Bob", { claim }), tea.now).refused?.code).toBe("removed");
    expect(room(state, hello("Eve"), tea.now).refused).toBeUndefined();
  });
});
