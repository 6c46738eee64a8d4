import { type Random, runSeeds } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { at, bytesOf, type Client, Rehearsal } from "./rehearsal.fixture.ts";

/** What a client's allocation should be, said in a few lines. Times in ms. */
interface Expected {
  until: number;
  permittedUntil: number;
  readonly channels: Map<number, { peer: number; until: number }>;
}

const everyone = 6;
const relayHost = "192.0.2.1";

class Model {
  readonly rehearsal = new Rehearsal({ limits: { nonceLifetime: 1e9 } });
  readonly clients: Client[] = Array.from({ length: everyone }, (_, index) =>
    this.rehearsal.client(undefined, { id: `user-${index}/`, transport: index % 2 === 0 ? "udp" : "tcp" }),
  );
  readonly expected = new Map<Client, Expected>();
  /** Relayed ports that were given out, some of them over. */
  readonly ports: number[] = [5000];
  arrived = 0;

  get now(): number {
    return this.rehearsal.now;
  }

  of(client: Client): Expected | undefined {
    const found = this.expected.get(client);
    return found !== undefined && found.until > this.now ? found : undefined;
  }

  owner(port: number): Client | undefined {
    return this.clients.find((client) => this.of(client) && client.relayed.port === port);
  }

  channelFor(client: Client, peer: number): number | undefined {
    for (const [number, channel] of this.of(client)?.channels ?? [])
      if (channel.peer === peer && channel.until > this.now) return number;
    return undefined;
  }

  /** Says something to a port and expects it to arrive, or not, in the right form. */
  expectSaid(from: Client, port: number, isAllowed: boolean, say: (text: string) => void): void {
    const mine = this.of(from);
    const receiver = this.owner(port);
    const arrives =
      isAllowed &&
      mine !== undefined &&
      mine.permittedUntil > this.now &&
      receiver !== undefined &&
      (this.of(receiver)?.permittedUntil ?? 0) > this.now;
    if (arrives) this.arrived++;
    say("words");
    const source = mine === undefined ? 0 : from.relayed.port;
    for (const client of this.clients) {
      const number = this.channelFor(client, source);
      const form = number === undefined ? `${relayHost}:${source}` : `channel ${number}`;
      expect(client.heard()).toEqual(arrives && client === receiver ? [`${form}: words`] : []);
    }
  }

  step(random: Random): void {
    const client = random.pick(this.clients);
    const mine = this.of(client);
    const alive = this.clients.filter((one) => this.of(one) !== undefined);
    // Mostly somebody who is there.
    const port =
      alive.length > 0 && random.chance(0.8) ? random.pick(alive).relayed.port : random.pick(this.ports);
    const number = 0x4000 + random.int(0, 3);
    const steps: (() => void)[] = [
      () => {
        // With an allocation it keeps the name that made it.
        const reply = (mine === undefined ? client.renew() : client).allocate();
        expect(reply.code).toBe(mine === undefined ? undefined : 437);
        if (mine !== undefined) return;
        this.expected.set(client, { until: this.now + 600_000, permittedUntil: 0, channels: new Map() });
        this.ports.push(client.relayed.port);
      },
      () => {
        const seconds = random.pick([0, 600, 600, 900, 3600, 7200]);
        const reply = client.refresh(seconds);
        expect(reply.code).toBe(mine === undefined ? 437 : undefined);
        if (mine !== undefined)
          mine.until = this.now + (seconds === 0 ? 0 : Math.min(3600, Math.max(600, seconds)) * 1000);
      },
      () => {
        const isAllowed = random.chance(0.8);
        const reply = client.permit(at(isAllowed ? relayHost : "10.0.0.1", port));
        expect(reply.code).toBe(mine === undefined ? 437 : isAllowed ? undefined : 403);
        if (mine !== undefined && isAllowed) mine.permittedUntil = this.now + 300_000;
      },
      () => {
        const present = mine?.channels.get(number);
        const ofNumber = present !== undefined && present.until > this.now ? present.peer : undefined;
        const isRefused =
          ofNumber === undefined ? this.channelFor(client, port) !== undefined : ofNumber !== port;
        const reply = client.bind(number, at(relayHost, port));
        expect(reply.code).toBe(mine === undefined ? 437 : isRefused ? 400 : undefined);
        if (mine === undefined || isRefused) return;
        mine.permittedUntil = this.now + 300_000;
        mine.channels.set(number, { peer: port, until: this.now + 600_000 });
      },
      () => this.expectSaid(client, port, true, (text) => client.send(at(relayHost, port), bytesOf(text))),
      () => {
        const channel = mine?.channels.get(number);
        const isBound = channel !== undefined && channel.until > this.now;
        this.expectSaid(client, channel?.peer ?? 0, isBound, (text) => client.channel(number, bytesOf(text)));
      },
      () => {
        const seconds = random.chance(0.1) ? random.int(1, 700) : random.int(1, 60);
        if (random.chance(0.3)) this.rehearsal.wait(seconds);
        // Some things are over before anybody sweeps.
        else this.rehearsal.now += seconds * 1000;
      },
      () => {
        if (!random.chance(0.2)) return;
        const effects = random.chance(0.5)
          ? this.rehearsal.relay.closed(client.path)
          : this.rehearsal.relay.dropUser(client.username.replace(/^\d+:/, ""), undefined).effects;
        this.rehearsal.perform(effects);
        this.expected.delete(client);
      },
    ];
    random.pick(steps)();
  }

  /** What is counted is what is there. */
  check(): void {
    this.rehearsal.perform(this.rehearsal.relay.tick(this.now));
    const alive = this.clients.filter((client) => this.of(client) !== undefined);
    const { statistics } = this.rehearsal.relay;
    expect(statistics.allocations).toBe(alive.length);
    expect(statistics.allocationsBy.udp + statistics.allocationsBy.tcp).toBe(alive.length);
    const ended = Object.values(statistics.allocationsEnded).reduce((sum, count) => sum + count, 0);
    expect(statistics.allocationsMade - ended).toBe(alive.length);
  }
}

describe("a relay under chance", () => {
  it("[T30][T32][T40] gives everyone what the rules say, and nothing else", () => {
    let arrived = 0;
    const runs = runSeeds({ seeds: 40, env: process.env }, (random) => {
      const model = new Model();
      for (let i = 0; i < 300; i++) {
        model.step(random);
        if (i % 10 === 0) model.check();
      }
      model.check();
      arrived += model.arrived;
    });
    // Otherwise it would prove that nothing comes of nothing.
    expect(arrived / runs).toBeGreaterThan(5);
  });
});
