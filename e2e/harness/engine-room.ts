import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { type RunningEngine, startEngine } from "../../packages/forwarder/node/engine.ts";
import type { Reach } from "../../packages/forwarder/node/engine-api.ts";
import { type Engine as BrowserKind, sharedBrowser, type TestPage } from "./browsers.ts";
import { type BarePage, type BareReport, bareEngineClient } from "./engine-page.ts";

declare global {
  interface Window {
    bare: BarePage;
  }
}

/** An address of this machine that browsers gather candidates for. */
export function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flat();
  return (
    all.find((one) => one !== undefined && !one.internal && one.family === "IPv4")?.address ?? "127.0.0.1"
  );
}

/** One person in the room: a page with `window.bare`. */
export interface Person {
  readonly peer: string;
  readonly test: TestPage;
  report(): Promise<BareReport>;
  /** The place that a picture of that person is in, as soon as the predicate holds of it. */
  seen(
    of: Person,
    holds: (place: BareReport["places"][number]) => boolean,
    what: string,
    timeoutMs?: number,
  ): Promise<BareReport["places"][number]>;
  until(holds: (report: BareReport) => boolean, what: string, timeoutMs?: number): Promise<BareReport>;
}

/** A room of an engine with nothing around it: a page, what it says and what it hears. */
export class EngineRoom {
  readonly engine: RunningEngine;
  readonly name = "room";
  reach: Reach;
  readonly #server: Server;
  readonly #hearing = new Map<string, { response: ServerResponse | undefined; waiting: string[] }>();
  readonly #people: Person[] = [];

  private constructor(engine: RunningEngine, server: Server) {
    this.engine = engine;
    this.#server = server;
    this.reach = { addresses: [ownAddress()] };
    engine.open(this.name);
  }

  static async open(workers = 1): Promise<EngineRoom> {
    const server = createServer();
    let heard = (_peer: string, _text: string): void => {};
    const engine = await startEngine(
      {
        port: 0,
        workers,
        log: (_level, message, details) => console.warn(message, details),
      },
      { send: (_room, peer, payload) => heard(peer, Buffer.from(payload).toString()) },
    );
    const opened = new EngineRoom(engine, server);
    heard = (peer, text) => opened.#heard(peer, text);
    server.on("request", (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://x");
      const peer = searchParams.get("peer") ?? "";
      if (pathname === "/say") {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
          engine.receive(opened.name, peer, Buffer.concat(chunks));
          response.end();
        });
      } else if (pathname === "/hear") {
        response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
        const line = opened.#line(peer);
        line.response = response;
        for (const text of line.waiting.splice(0)) response.write(`data: ${text}\n\n`);
      } else response.setHeader("content-type", "text/html").end("<!doctype html><title>bare</title>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return opened;
  }

  async enter(kind: BrowserKind, options: Parameters<BarePage["start"]>[0]): Promise<Person> {
    const peer = `${kind}-${this.#people.length}`.padEnd(22, "_");
    this.engine.admit(this.name, peer as Parameters<RunningEngine["admit"]>[1], this.reach);
    const browser = await sharedBrowser(kind);
    const test = await browser.openPage({ smallPictures: false });
    const { port } = this.#server.address() as AddressInfo;
    await test.page.goto(`http://127.0.0.1:${port}/`);
    await test.page.evaluate(bareEngineClient, peer);
    const report = (): Promise<BareReport> => test.page.evaluate(() => window.bare.report());
    const until: Person["until"] = async (holds, what, timeoutMs = 15_000) => {
      const end = Date.now() + timeoutMs;
      for (;;) {
        const now = await report();
        if (holds(now)) return now;
        if (Date.now() > end) throw new Error(`${peer}: ${what} did not come: ${JSON.stringify(now)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const person: Person = {
      peer,
      test,
      report,
      until,
      async seen(of, holds, what, timeoutMs) {
        const placeOf = ({ places }: BareReport) =>
          places.find((place) => place.peer === of.peer && place.kind === "video" && holds(place));
        const found = placeOf(await until((now) => placeOf(now) !== undefined, what, timeoutMs));
        if (found === undefined) throw new Error("It is gone.");
        return found;
      },
    };
    this.#people.push(person);
    await test.page.evaluate((given) => window.bare.start(given), options);
    return person;
  }

  async leave(person: Person): Promise<void> {
    this.engine.evict(this.name, person.peer as Parameters<RunningEngine["admit"]>[1]);
    this.#people.splice(this.#people.indexOf(person), 1);
    await person.test.close();
  }

  async close(): Promise<void> {
    for (const person of [...this.#people]) await this.leave(person);
    await this.engine.stop();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #line(peer: string) {
    const line = this.#hearing.get(peer) ?? { response: undefined, waiting: [] };
    this.#hearing.set(peer, line);
    return line;
  }

  #heard(peer: string, text: string): void {
    const { response, waiting } = this.#line(peer);
    if (response === undefined) waiting.push(text);
    else response.write(`data: ${text}\n\n`);
  }
}
