import { describe, expect, it } from "vitest";
import { type Preference, prefer } from "./preference.ts";

const none: Preference = { ufrag: undefined, restarts: 0 };
const line = (priority: number | string, type = "host") =>
  `candidate:1 1 udp ${priority} 192.0.2.7 4000 typ ${type} generation 0 ufrag x`;
const priorityOf = (candidate: string): number => Number(candidate.split(" ")[3]);
/** As browsers have them, on a cable and on a wireless network. */
const cable = { host: 2122260223, srflx: 1686052607, relay: 41885439 };
const wireless = { host: 2122194687, srflx: 1685987071, relay: 41819903 };
/** The highest that there is without this. */
const highest = 126 * 2 ** 24 + 2 ** 24 - 1;

/** All of them in turn; the priorities that they end up with. */
function told(
  candidates: readonly (readonly [ufrag: string, priority: number | string, type?: string])[],
  isRelayed = true,
): number[] {
  let preference = none;
  return candidates.map(([usernameFragment, priority, type]) => {
    const step = prefer(preference, { candidate: line(priority, type), usernameFragment }, isRelayed);
    preference = step.preference;
    return priorityOf(step.candidate.candidate);
  });
}

describe("addresses of a restart", () => {
  it("[L90] the first ones stay as they are", () => {
    const candidate = { candidate: line(cable.host), sdpMid: "0", usernameFragment: "a" };
    const first = prefer(none, candidate, false);
    expect(first.candidate).toBe(candidate);
    expect(prefer(first.preference, candidate, false).candidate).toBe(candidate);
  });

  it("[L90] those of a restart rank before all that were known, whatever the network, and those of the next one before them", () => {
    const [, srflx = 0, relay = 0] = told([
      ["a", cable.host],
      ["b", wireless.srflx],
      ["b", wireless.relay],
    ]);
    expect(relay).toBeGreaterThan(highest);
    expect(srflx).toBeGreaterThan(relay);
    const turns = told(
      Array.from({ length: 20 }, (_, n) => [String(n), n % 2 ? wireless.relay : cable.host]),
    );
    expect(turns).toEqual(turns.toSorted((one, other) => one - other));
    expect(new Set(turns).size).toBe(20);
  });

  it("[L90] among themselves they keep their order: kinds, then networks", () => {
    const order = [cable.host, wireless.host, cable.srflx, wireless.srflx, cable.relay];
    const [, ...raised] = told([["a", 1], ...order.map((priority) => ["b", priority] as const)]);
    expect(raised).toEqual(raised.toSorted((one, other) => other - one));
    expect(new Set(raised).size).toBe(order.length);
  });

  it("[L90][L145] where the way in use is direct, a relay's rank above what STUN told before, and below addresses that only a check shows", () => {
    const reflexive = 110 * 2 ** 24;
    const [srflx = 0, ...after] = told(
      [
        ["a", cable.srflx, "srflx"],
        ["b", wireless.srflx, "srflx"],
        ["b", cable.relay, "relay"],
        ["b", wireless.relay, "relay"],
        ["c", wireless.relay, "relay"],
      ],
      false,
    );
    const [raised = 0, relay = 0, second = 0, later = 0] = after;
    expect(raised).toBeGreaterThan(highest);
    expect(second).toBeGreaterThan(srflx);
    expect([later, relay, second].toSorted((one, other) => other - one)).toEqual([later, relay, second]);
    expect(later).toBeLessThan(reflexive);
    const [, overRelay = 0] = told([
      ["a", cable.srflx, "srflx"],
      ["b", wireless.relay, "relay"],
    ]);
    expect(overRelay).toBeGreaterThan(highest);
  });

  it("[L90] all else of the line stays, and priorities are ones that a browser takes, however many restarts and whatever is said", () => {
    let preference = none;
    for (let n = 0; n < 1_000; n++) {
      const step = prefer(
        preference,
        { candidate: line("9".repeat(20), "srflx"), usernameFragment: `${n}` },
        false,
      );
      preference = step.preference;
      const { candidate } = step.candidate;
      expect(candidate.replace(/ \d{6,} /, " P ")).toBe(line("P", "srflx"));
      if (n > 0) expect(priorityOf(candidate)).toBeLessThan(2 ** 31);
    }
    const end = prefer(preference, { candidate: "", usernameFragment: "new" }, true).candidate;
    expect(end.candidate).toBe("");
  });

  it("[L90] one that does not say where it belongs stays as it is", () => {
    const candidate = { candidate: "candidate:1 1 udp 5 192.0.2.7 4000 typ host" };
    expect(prefer({ ufrag: "a", restarts: 3 }, candidate, true).candidate).toBe(candidate);
  });
});
