import { describe, expect, it } from "vitest";
import {
  candidateRows,
  isControlling,
  pairPriority,
  pairRows,
  priorityParts,
  readCandidate,
} from "./candidates.ts";
import type { Entry, Fact } from "./facts.ts";
import { ownAddresses } from "./nat.ts";
import { host, recorded, reflexive, relayed, sdp } from "./recorded.fixture.ts";

describe("candidates", () => {
  it("[I8] are taken apart, and what is none is none", () => {
    expect(readCandidate(reflexive)).toEqual({
      foundation: "2",
      component: 1,
      protocol: "udp",
      priority: 1686052607,
      address: "203.0.113.9",
      port: 61000,
      type: "srflx",
      relatedAddress: "192.168.1.7",
      relatedPort: 50000,
      ufrag: "abcd",
    });
    const tcp = "a=candidate:4 1 TCP 1518280447 fd00::1 9 typ host tcptype active";
    expect(readCandidate(tcp)).toMatchObject({ protocol: "tcp", address: "fd00::1", tcpType: "active" });
    for (const bad of ["", "candidate:", "hello", "a=candidate:1 1 udp x y z"])
      expect(readCandidate(bad)).toBeUndefined();
  });

  it("[I8] have priorities of type, local preference and component (RFC 8445, section 5.1.2.1)", () => {
    expect(priorityParts(2122260223)).toEqual({ typePreference: 126, localPreference: 32542, component: 1 });
    const again = ({ typePreference, localPreference, component }: ReturnType<typeof priorityParts>) =>
      2 ** 24 * typePreference + 2 ** 8 * localPreference + (256 - component);
    for (const priority of [2122260223, 1686052607, 41885439, 2130706431])
      expect(again(priorityParts(priority))).toBe(priority);
  });

  it("[I8] in pairs have the priority of section 6.1.2.3", () => {
    expect(pairPriority(2, 1)).toBe(String(2n ** 32n + 4n + 1n));
    expect(pairPriority(1, 2)).toBe(String(2n ** 32n + 4n));
    expect(pairPriority(2122260223, 2122260223)).toBe(String((2122260223n << 32n) + 2n * 2122260223n));
  });

  it("[I8] of both sides are listed once, of the present connection, with who told of them", () => {
    const stats = [
      {
        id: "a",
        type: "local-candidate",
        candidateType: "srflx",
        port: 61000,
        address: "203.0.113.9",
        url: "stun:s:3478",
      },
    ];
    const rows = candidateRows(recorded, stats);
    expect(rows.map(({ side, type, url }) => [side, type, url])).toEqual([
      ["local", "host", undefined],
      ["local", "srflx", "stun:s:3478"],
      ["remote", "host", undefined],
    ]);
    const inside: Fact = {
      at: 1,
      kind: "description",
      side: "remote",
      type: "answer",
      sdp: sdp("x", [host, relayed]),
    };
    expect(candidateRows([inside, inside]).map(({ type }) => type)).toEqual(["host", "relay"]);
    expect(candidateRows([inside, { at: 2, kind: "connection", generation: 2 }])).toEqual([]);
  });

  it("[I8] in pairs show states, the chosen one first, and who controls", () => {
    const end = (id: string, priority: number, port: number) => ({
      id,
      type: "local-candidate",
      candidateType: "host",
      address: "192.168.1.7",
      protocol: "udp",
      port,
      priority,
    });
    const pair = (id: string, state: string, local: string, remote: string) => ({
      id,
      type: "candidate-pair",
      state,
      localCandidateId: local,
      remoteCandidateId: remote,
      currentRoundTripTime: 0.00123,
    });
    const stats = [
      end("a", 100, 1),
      end("b", 50, 2),
      pair("p1", "failed", "a", "a"),
      pair("p2", "succeeded", "b", "a"),
      { id: "t", type: "transport", selectedCandidatePairId: "p2", iceRole: "controlled" },
    ];
    expect(pairRows([], stats)).toMatchObject([
      { id: "p2", isSelected: true, local: "192.168.1.7:2", priority: pairPriority(100, 50), rttMs: 1.2 },
      { id: "p1", isSelected: false, state: "failed", priority: pairPriority(100, 100) },
    ]);
    expect(isControlling([], stats)).toBe(false);
    expect(isControlling(recorded, [])).toBe(true);
    expect(isControlling([], [])).toBeUndefined();
  });
});

describe("the guess at a NAT", () => {
  const found = (...candidates: readonly string[]): Fact[] => [
    { at: 0, kind: "candidates", side: "local", candidates: candidates.map((candidate) => ({ candidate })) },
  ];
  const guess = (servers: readonly string[], ...candidates: readonly string[]) =>
    ownAddresses(candidateRows(found(...candidates)), servers).guess.kind;
  const [one, two] = [["stun:a"], ["stun:a", "stun:b", "turn:a"]];

  it("[I9] goes by what STUN servers said of the same socket", () => {
    expect(guess(one, host)).toBe("unknown");
    expect(guess(one, host, reflexive)).toBe("one-answer");
    expect(guess(two, host, reflexive)).toBe("same-for-all");
    expect(guess(two, host, reflexive, reflexive.replace("61000", "61001"))).toBe("differs");
    const other = reflexive.replaceAll("50000", "50001").replace("61000", "61001");
    expect(guess(one, host, reflexive, other)).toBe("one-answer");
    expect(guess(one, host.replace("192.168.1.7 50000", "203.0.113.9 61000"), reflexive)).toBe("none");
    const hidden = "raddr 0.0.0.0 rport 0";
    const blind = [reflexive, reflexive.replace("61000", "61001")].map((text) =>
      text.replace(/raddr \S+ rport \d+/, hidden),
    );
    expect(guess(one, ...blind)).toBe("one-answer");
  });

  it("[I9] goes by what the other side saw, too", () => {
    const end = (candidateType: string, port: number, more: object = {}): Entry => ({
      ...{ id: "own", type: "local-candidate", protocol: "udp", address: "203.0.113.9" },
      ...{ candidateType, port, ...more },
    });
    const pair = (state = "succeeded"): Entry => ({
      ...{ id: "p", type: "candidate-pair", state, localCandidateId: "own", remoteCandidateId: "other" },
    });
    const other = (candidateType = "srflx"): Entry => ({
      id: "other",
      type: "remote-candidate",
      candidateType,
    });
    const rows = candidateRows(found(host, reflexive));
    const seen = (...stats: readonly Entry[]) => ownAddresses(rows, one, stats).guess.kind;
    expect(seen(end("srflx", 61000), pair(), other())).toBe("same-for-all");
    expect(seen(end("prflx", 61001), pair(), other())).toBe("differs");
    expect(seen(end("prflx", 61001, { relatedPort: 50000 }), pair(), other())).toBe("differs");
    // The server answered after the check.
    expect(seen(end("prflx", 61000), pair(), other())).toBe("same-for-all");
    expect(seen(end("prflx", 61000, { relatedPort: 50000 }), pair(), other())).toBe("same-for-all");
    // Another socket's, a router further inside, a relay's view, and what did not succeed.
    expect(seen(end("prflx", 61001, { relatedPort: 50009 }), pair(), other())).toBe("one-answer");
    expect(seen(end("prflx", 61001, { address: "10.0.0.9" }), pair(), other())).toBe("one-answer");
    expect(seen(end("prflx", 61001), pair(), other("relay"))).toBe("one-answer");
    expect(seen(end("prflx", 61001), pair("failed"), other())).toBe("one-answer");
    expect(seen(end("host", 50000), pair(), other())).toBe("one-answer");
    // No server answers at all.
    const alone = (...stats: readonly Entry[]) =>
      ownAddresses(candidateRows(found(host)), one, stats).guess.kind;
    expect(alone(end("prflx", 61001), pair(), other())).toBe("one-answer");
    expect(alone(end("prflx", 61001), pair("failed"), other())).toBe("unknown");
    expect(alone(end("prflx", 61001), pair(), other("relay"))).toBe("unknown");
    expect(alone(end("host", 50000), pair(), other())).toBe("unknown");
    const twoSockets = candidateRows(
      found(host, host.replace("192.168.1.7 50000", "10.8.0.2 50002"), reflexive),
    );
    const unsaid = [end("prflx", 61001), pair(), other()];
    expect(ownAddresses(twoSockets, one, unsaid).guess.kind).toBe("one-answer");
  });

  it("[I9] stands beside the addresses themselves", () => {
    expect(ownAddresses(candidateRows(found(host, reflexive, relayed)), one)).toMatchObject({
      own: ["192.168.1.7"],
      seen: ["203.0.113.9:61000"],
      relayed: ["198.51.100.4:49152"],
    });
  });
});
