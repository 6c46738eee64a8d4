import { describe, expect, it } from "vitest";
import { pathLines, relayLines } from "./relay.ts";

describe("what the ready lines say of the relay", () => {
  const doors = { udp: 3478, tcp: 3478, isOnPagePort: true };

  it("[H7] where it listens", () => {
    expect(relayLines({ doors, missing: [] }, false)).toEqual([
      "Relay: UDP 3478, TCP 3478 and TCP on the page's own port",
    ]);
    expect(relayLines({ doors, missing: [] }, true)).toEqual(["Relay: UDP 3478 and TCP 3478"]);
    expect(relayLines({ doors: { ...doors, tcp: undefined }, missing: [] }, false)).toEqual([
      "Relay: UDP 3478 and TCP on the page's own port",
    ]);
  });

  it("[H72] that it has fewer threads than were asked for, and why", () => {
    const why = "it is turned off; several threads need it, or Node 22.12";
    const plain = { kind: "plain", workers: 1, why } as const;
    expect(pathLines(plain, 2)).toEqual([
      "The relay's UDP has one thread, not 2. The fast path: it is turned off; several threads need it, or Node 22.12.",
    ]);
    expect([pathLines(plain, 1), pathLines({ kind: "fast", workers: 2 }, 2)]).toEqual([[], []]);
  });

  it("[H7][H25] which port it could not have, why, and what that costs", () => {
    const missing = [
      { transport: "udp", port: 3478, code: "EADDRINUSE" },
      { transport: "tcp", port: 3478, code: "EACCES" },
    ] as const;
    const none = { udp: undefined, tcp: undefined, isOnPagePort: true };
    expect(relayLines({ doors: none, missing }, false)).toEqual([
      "Relay: TCP on the page's own port",
      "UDP port 3478 of the relay is taken by another program: relayed calls go over TCP, which is slower. Free it, or choose another with --turn-port NUMBER.",
      "TCP port 3478 of the relay may not be opened by this user: the other ways remain. Free it, or choose another with --turn-port NUMBER.",
    ]);
    expect(relayLines({ doors: none, missing }, true)[0]).toMatch(/^No relay: people whose networks/);
  });
});
