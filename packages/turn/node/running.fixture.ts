import { expect, onTestFinished } from "vitest";
import { isPossible } from "./batched/kernel.ts";
import { createTurnServer, type TurnServer, type TurnServerOptions } from "./index.ts";
import { endpoint, RealClient, secret } from "./real-client.fixture.ts";
import { canSharePorts } from "./udp.ts";

/** Done when the test that runs now is over, the last first. Not by `afterEach` here: files that share a worker load this once. */
export const closeLater = (close: () => unknown): void =>
  onTestFinished(async () => {
    await close();
  });

/** Every way in which UDP is read and sent: each has to do the same. */
export const udpPaths: readonly { readonly by: string; readonly how: Partial<TurnServerOptions> }[] = [
  { by: "Node's sockets", how: { fastPath: "off" } },
  ...(canSharePorts()
    ? [{ by: "Node's sockets in two threads", how: { fastPath: "off" as const, workers: 2 } }]
    : []),
  ...(isPossible()
    ? [
        { by: "the fast path", how: { fastPath: "auto" as const } },
        { by: "the fast path in two threads", how: { fastPath: "auto" as const, workers: 2 } },
      ]
    : []),
];

/** The server goes the way that it was told to go, not the one that always works. */
export function expectPath(
  { udpPath }: TurnServer,
  { fastPath = "auto", workers = 1, now }: Partial<TurnServerOptions>,
): void {
  if (udpPath === undefined) return;
  expect(udpPath).toEqual(
    fastPath === "auto" && now === undefined && isPossible()
      ? { kind: "fast", workers }
      : {
          kind: "plain",
          workers: now === undefined && canSharePorts() ? workers : 1,
          why: expect.any(String),
        },
  );
}

export function make(options: Partial<TurnServerOptions> = {}): TurnServer {
  const faults: unknown[] = [];
  const server = createTurnServer({
    secret,
    mode: "closed",
    onFault: (error) => faults.push(error),
    ...options,
  });
  closeLater(async () => {
    expectPath(server, options);
    await server.close();
    expect(faults).toEqual([]);
  });
  return server;
}

export async function connect(...args: Parameters<typeof RealClient.connect>): Promise<RealClient> {
  const client = await RealClient.connect(...args);
  closeLater(() => client.wire.close());
  return client;
}

/** Settles when it holds; looked at whenever the loop turns. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

export const local = { port: 0, host: "127.0.0.1" } as const;

/** Each may reach the other. */
export async function introduce(one: RealClient, other: RealClient): Promise<void> {
  for (const client of [one, other]) expect((await client.allocate()).class).toBe("success");
  for (const [client, peer] of [
    [one, other],
    [other, one],
  ] as const)
    expect((await client.permit(peer.relayed ?? endpoint("0.0.0.0", 0))).class).toBe("success");
}
