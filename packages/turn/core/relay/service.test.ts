import { describe, expect, it } from "vitest";
import type { Effect } from "./effects.ts";
import { openMode } from "./open-mode.fixture.ts";
import { at, bytesOf, type Client, Rehearsal } from "./rehearsal.fixture.ts";
import { servicePlace } from "./world.ts";

const service = at("192.0.2.1", 443);

const served = (rehearsal: Rehearsal): string[] =>
  rehearsal.others.flatMap((effect: Effect) =>
    effect.kind === "serve"
      ? [`${effect.allocation.relayed.port}: ${new TextDecoder().decode(effect.bytes)}`]
      : [],
  );
function ready(rehearsal: Rehearsal): Client {
  const client = rehearsal.client();
  client.allocate();
  expect(client.permit(service).ok).toBe(true);
  return client;
}

describe.each([
  ["closed", { kind: "closed" } as const],
  ["open", openMode(["203.0.113.9"])],
] as const)("the service, in %s mode", (_name, mode) => {
  it("[X52] is reached by every allocation at its one place, in a channel or not, and answers", () => {
    const rehearsal = new Rehearsal({ mode, hasService: true });
    const client = ready(rehearsal);
    client.send(service, bytesOf("one"));
    expect(client.bind(0x4000, service).ok).toBe(true);
    client.channel(0x4000, bytesOf("two"));
    const { port } = client.relayed;
    expect(served(rehearsal)).toEqual([`${port}: one`, `${port}: two`]);
    expect(rehearsal.emitted).toEqual([]);
    const { allocation } = client.path;
    if (allocation === undefined) throw new Error("no allocation");
    rehearsal.perform(
      rehearsal.relay.receiveFromPeer(allocation, servicePlace, bytesOf("three"), rehearsal.now),
    );
    expect(client.heard()).toEqual(["channel 16384: three"]);
    expect(rehearsal.relay.statistics).toMatchObject({ relayedPackets: 3 });
  });

  it("[X53] opens nothing else: other ports and addresses stay what they were", () => {
    const rehearsal = new Rehearsal({ mode, hasService: true });
    const client = ready(rehearsal);
    client.send(at("192.0.2.1", 444), bytesOf("no"));
    client.send(at("192.0.2.1", 22), bytesOf("no"));
    client.send(at("127.0.0.1", 443), bytesOf("no"));
    expect(served(rehearsal)).toEqual([]);
    expect(rehearsal.emitted).toEqual([]);
    for (const host of ["127.0.0.1", "10.0.0.1", "192.0.2.2", "169.254.169.254"]) {
      expect(client.permit(at(host, 443)).code).toBe(403);
      expect(client.bind(0x4001, at(host, 443)).code).toBe(403);
    }
    if (mode.kind === "open") expect(client.bind(0x4001, at("192.0.2.1", 80)).code).toBe(403);
  });

  it("[X53] is not there when there is none", () => {
    const rehearsal = new Rehearsal({ mode });
    const client = rehearsal.client();
    client.allocate();
    expect(client.permit(service).code).toBe(mode.kind === "closed" ? undefined : 403);
    client.send(service, bytesOf("one"));
    expect(served(rehearsal)).toEqual([]);
    expect(rehearsal.emitted).toEqual([]);
  });

  it("[X52] is left with the allocation", () => {
    const rehearsal = new Rehearsal({ mode, hasService: true });
    const [user, other] = [ready(rehearsal), ready(rehearsal)];
    user.send(service, bytesOf("one"));
    const { allocation } = user.path;
    user.refresh(0);
    other.refresh(0);
    expect(rehearsal.others.filter(({ kind }) => kind === "leave")).toEqual([{ kind: "leave", allocation }]);
  });
});
