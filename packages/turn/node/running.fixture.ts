import { afterEach, expect } from "vitest";
import { createTurnServer, type TurnServer, type TurnServerOptions } from "./index.ts";
import { endpoint, RealClient, secret } from "./real-client.fixture.ts";

/** Done in reverse after each test. */
export const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

export function make(options: Partial<TurnServerOptions> = {}): TurnServer {
  const faults: unknown[] = [];
  const server = createTurnServer({
    secret,
    mode: "closed",
    onFault: (error) => faults.push(error),
    ...options,
  });
  closing.push(async () => {
    await server.close();
    expect(faults).toEqual([]);
  });
  return server;
}

export async function connect(...args: Parameters<typeof RealClient.connect>): Promise<RealClient> {
  const client = await RealClient.connect(...args);
  closing.push(() => client.wire.close());
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
