import { limits } from "@parlour/protocol";
import { describe, expect, it } from "vitest";
import { hello, rehearse, told, welcomeIn } from "./rehearsal.ts";

function hostOf(tea: ReturnType<typeof rehearse>): string {
  const hosts = tea.state?.seats.filter((seat) => seat.role === "host").map((seat) => seat.id) ?? [];
  expect(hosts).toHaveLength(1);
  return hosts[0] ?? "";
}

describe("the host", () => {
  it.each(["join", "http"] as const)("[R40] is the first who enters a room made by %s", (how) => {
    const tea = rehearse({ how });
    expect(welcomeIn(tea.give(hello("Ada"))).you.role).toBe("host");
    expect(welcomeIn(tea.give(hello("Bob"))).you.role).toBe("member");
    expect(hostOf(tea)).toBe("Ada");
  });

  it("[R40] is the first again in a room that was empty", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give({ type: "leave", connection: "Ada's connection" });
    expect(welcomeIn(tea.give(hello("Bob"))).you.role).toBe("host");
  });

  it("[R41] is whoever has the host token, whoever was it before, and all are told", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    const step = tea.give(hello("Bob", { hostTokenOk: true }));
    expect(welcomeIn(step)).toMatchObject({ you: { role: "host" }, peers: [{ id: "Ada", role: "member" }] });
    expect(told(step)).toEqual(["changed Ada here", "joined Bob"]);
    expect(hostOf(tea)).toBe("Bob");
  });

  it("[R41] can become so on coming back", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give(hello("Bob"));
    const step = tea.give(hello("Bob", { connection: "newer", claim: tea.claim("Bob"), hostTokenOk: true }));
    expect(welcomeIn(step).you.role).toBe("host");
    expect(told(step)).toEqual(["changed Ada here", "changed Bob here"]);
    expect(hostOf(tea)).toBe("Bob");
  });

  it("[R42] stays so while the seat is kept, and a reload does not cost it", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give(hello("Bob"));
    tea.give({ type: "drop", connection: "Ada's connection", why: "page" });
    expect(hostOf(tea)).toBe("Ada");
    const step = tea.give(hello("Ada", { epoch: "second", claim: tea.claim("Ada") }));
    expect(welcomeIn(step).you.role).toBe("host");
  });

  it("[R42] is, when the seat ends, who has been in the room longest and is here", () => {
    const tea = rehearse();
    for (const who of ["Ada", "Bob", "Eve", "Joe"]) tea.give(hello(who));
    tea.give({ type: "drop", connection: "Bob's connection", why: "silent" });
    tea.give({ type: "leave", connection: "Ada's connection" });
    expect(hostOf(tea)).toBe("Eve");
  });

  it("[R42] is who has been in the room longest when nobody is here", () => {
    const tea = rehearse();
    for (const who of ["Ada", "Bob", "Eve"]) tea.give(hello(who));
    tea.give({ type: "drop", connection: "Ada's connection", why: "page" });
    tea.give({ type: "drop", connection: "Eve's connection", why: "silent" });
    tea.give({ type: "drop", connection: "Bob's connection", why: "silent" });
    tea.pass(limits.seatAfterPageGoneMs);
    expect(hostOf(tea)).toBe("Bob");
  });

  it("[R42] does not come back by a token alone", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give(hello("Bob"));
    const claim = tea.claim("Ada");
    tea.give({ type: "leave", connection: "Ada's connection" });
    expect(welcomeIn(tea.give(hello("Ada", { claim }))).you.role).toBe("member");
    expect(hostOf(tea)).toBe("Bob");
  });

  it("[R43] hears of it, as everyone does", () => {
    const tea = rehearse();
    for (const who of ["Ada", "Bob", "Eve"]) tea.give(hello(who));
    const step = tea.give({ type: "leave", connection: "Ada's connection" });
    expect(step.effects).toContainEqual({
      type: "tell-all",
      frame: {
        type: "changed",
        peer: { id: "Bob", number: 2, epoch: "Bob's page", role: "host", presence: "here", name: "Bob" },
      },
    });
    expect(told(step)).toEqual(["left Ada left", "changed Bob here"]);
  });
});
