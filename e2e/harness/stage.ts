import { afterAll, afterEach, beforeAll, onTestFailed } from "vitest";
import { type Engine, type PageOptions, sharedBrowser, type TestBrowser, type TestPage } from "./browsers.ts";
import { type Arrival, enter, type Person } from "./people.ts";
import { joinWithSdk, openSdkPage, type SdkArrival } from "./sdk-page.ts";
import { startServer, type TestServer } from "./server.ts";

/** What a file of tests plays on: one server, and pages that close after each test. */
export interface Stage {
  readonly server: TestServer;
  /** A room name no other test uses. */
  roomName(purpose?: string): string;
  page(engine: Engine | TestBrowser, options?: PageOptions): Promise<TestPage>;
  /** Someone with a browser context of their own in the room page. */
  person(engine: Engine | TestBrowser, link: string, arrival: Arrival): Promise<Person>;
  /** A blank page with the SDK, joined. */
  member(engine: Engine | TestBrowser, arrival: SdkArrival): Promise<TestPage>;
  sdkPage(engine: Engine | TestBrowser): Promise<TestPage>;
  /** Closed after the test, newest first. */
  closeLater(close: () => Promise<unknown>): void;
}

export function useStage(flags: readonly string[] = []): Stage {
  let server: TestServer | undefined;
  let rooms = 0;
  let closers: (() => Promise<unknown>)[] = [];
  let pages: TestPage[] = [];

  beforeAll(async () => {
    server = await startServer(flags);
  });
  afterEach(async () => {
    const mine = closers.reverse();
    closers = [];
    pages = [];
    for (const close of mine) await close().catch(() => {});
  });
  afterAll(async () => {
    await server?.close();
  });

  const theServer = (): TestServer => {
    if (server === undefined) throw new Error("the server has not started");
    return server;
  };
  const page = async (engine: Engine | TestBrowser, options?: PageOptions): Promise<TestPage> => {
    const browser = typeof engine === "string" ? await sharedBrowser(engine) : engine;
    return keep(await browser.openPage(options));
  };
  const keep = (opened: TestPage): TestPage => {
    if (pages.length === 0) reportFailure(theServer, pages);
    pages.push(opened);
    closers.push(() => opened.close());
    return opened;
  };
  return {
    get server() {
      return theServer();
    },
    roomName: (purpose = "room") => `${purpose}-${++rooms}`,
    page,
    person: async (engine, link, arrival) => enter(await page(engine), link, arrival),
    async sdkPage(engine) {
      const browser = typeof engine === "string" ? await sharedBrowser(engine) : engine;
      return keep(await openSdkPage(browser, theServer().url));
    },
    async member(engine, arrival) {
      const browser = typeof engine === "string" ? await sharedBrowser(engine) : engine;
      const tab = keep(await openSdkPage(browser, new URL(arrival.link).origin));
      await joinWithSdk(tab, arrival);
      return tab;
    },
    closeLater: (close) => void closers.push(close),
  };
}

/** On failure: what the pages and the server had to say, after the test's own message. */
function reportFailure(server: () => TestServer, pages: readonly TestPage[]): void {
  onTestFailed(() => {
    const lines = pages.flatMap((one, index) => [
      ...one.console.slice(-15).map((line) => `  page ${index + 1} (${one.engine}) ${line}`),
      ...one.problems
        .filter((line) => line.startsWith("exception"))
        .map((line) => `  page ${index + 1} ${line}`),
    ]);
    const log = server().log.slice(-10);
    process.stderr.write(`${[...lines, ...log.map((line) => `  server ${line}`)].join("\n")}\n`);
  });
}
