import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "rolldown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SealingPage, Seen } from "../../packages/client/browser/sealing/sealing.page.ts";
import type { Engine, TestPage } from "../harness/browsers.ts";
import { launchBrowser, type TestBrowser } from "../harness/browsers.ts";
import { projectRoot } from "../harness/server.ts";
import { until } from "../harness/waiting.ts";

// Sealing with real encoders, packets and decoders: what the unit tests can't see.

const scripts = new Map<string, string>();
const listening = new Map<string, ServerResponse>();
/** Serves the page, and passes letters between pages on. */
const server = createServer((request, response) => {
  const [, what, name = ""] = (request.url ?? "").split("/");
  if (what === "from") {
    response.writeHead(200, { "content-type": "text/event-stream" }).write(":\n\n");
    listening.set(name, response);
  } else if (what === "to") {
    let body = "";
    request.on("data", (data) => {
      body += data;
    });
    request.on("end", () => {
      listening.get(name)?.write(`data: ${body}\n\n`);
      response.end();
    });
  } else {
    const script = scripts.get(request.url ?? "");
    response.setHeader("content-type", script === undefined ? "text/html" : "text/javascript");
    response.end(
      script ??
        '<!doctype html><title>sealing</title><link rel="icon" href="data:,"><body><script type="module" src="/page.js"></script>',
    );
  }
});

async function bundle(entry: string): Promise<string> {
  const { output } = await build({
    input: `${projectRoot}packages/client/browser/sealing/${entry}`,
    platform: "browser",
    resolve: { conditionNames: ["source", "browser", "import", "default"] },
    write: false,
  });
  return output[0].code;
}

const browsers = new Map<Engine, TestBrowser>();
beforeAll(async () => {
  scripts.set("/page.js", await bundle("sealing.page.ts"));
  scripts.set("/worker.js", await bundle("tapped-worker.page.ts"));
  await new Promise<void>((resolve) => server.listen(0, resolve));
  for (const engine of ["chromium", "firefox"] as const) browsers.set(engine, await launchBrowser(engine));
});
afterAll(async () => {
  for (const browser of browsers.values()) await browser.close();
  server.closeAllConnections();
  server.close();
});

/** What a page does, by its name in `SealingPage`. */
function on(tab: TestPage) {
  return async <K extends keyof SealingPage>(
    what: K,
    ...values: Parameters<SealingPage[K]>
  ): Promise<Awaited<ReturnType<SealingPage[K]>>> =>
    (await tab.page.evaluate(
      (name, all) => {
        const page = window.parlourSealing as unknown as Record<string, (...of: unknown[]) => unknown>;
        return page[name]?.(...all);
      },
      what as string,
      values as unknown[],
    )) as Awaited<ReturnType<SealingPage[K]>>;
}
async function pair(first: Engine, second: Engine) {
  const id = `${Date.now()}`;
  const names = [`ada${id}`, `bo${id}`] as const;
  const tabs = await Promise.all(
    [first, second].map(async (engine) => {
      const tab = await (browsers.get(engine) as TestBrowser).openPage();
      await tab.page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
      await until("the page", () => tab.page.evaluate(() => window.parlourSealing !== undefined));
      return tab;
    }),
  );
  const [ada, bo] = tabs.map(on) as [ReturnType<typeof on>, ReturnType<typeof on>];
  await ada("enter", names[0], 1, { [names[1]]: 2 });
  await bo("enter", names[1], 2, { [names[0]]: 1 });
  return { ada, bo, names, close: () => Promise.all(tabs.map((tab) => tab.close())) };
}

const pairs: [Engine, Engine][] = [
  ["chromium", "firefox"],
  ["firefox", "chromium"],
];

describe("sealed frames", () => {
  it.each(pairs)(
    "[Z16][Z17][Z18][Z11][Z20][Z13] from %s to %s: nothing leaves early or in clear, what is meddled with is not shown, a leaver sees no more",
    async (first, second) => {
      const { ada, bo, names, close } = await pair(first, second);
      await ada("call", names[1]);
      await until("pictures that are encoded", async () => (await ada("sent")).framesEncoded > 10);
      const early = await ada("sent");
      expect([early.pictureBytes, early.soundBytes]).toEqual([0, 0]);

      await ada("carry", "camera");
      const isMoving = async (): Promise<boolean> => {
        const before = await bo("seen");
        let after: Seen = before;
        await until("a picture that moves", async () => {
          after = await bo("seen");
          return after.framesDecoded > before.framesDecoded + 5 && after.print !== before.print;
        });
        return after.contrast > 50;
      };
      expect(await isMoving()).toBe(true);
      await until("a tone", async () => {
        const seen = await bo("seen");
        if (!seen.isSounding || seen.opened.audio < 20) throw new Error(JSON.stringify(seen));
        return true;
      });
      expect((await bo("seen")).codec).toBe("video/VP8");
      await until("frames that were looked at", async () => (await ada("leaks")).frames > 100);
      expect((await ada("leaks")).leaks).toBe(0);

      for (const what of ["tamper", "replay"] as const) {
        await ada("meddle", what);
        await standsStill(ada, bo);
        await ada("meddle", "none");
        expect(await isMoving()).toBe(true);
      }

      await ada("gone", names[1]);
      await standsStill(ada, bo);
      await close();
    },
  );

  it("[Z17] VP9 goes between Chromiums", async () => {
    const { ada, bo, names, close } = await pair("chromium", "chromium");
    await ada("call", names[1], "video/VP9");
    await ada("carry", "camera");
    await until("a picture", async () => {
      const { framesDecoded, contrast } = await bo("seen");
      return framesDecoded > 10 && contrast > 50;
    });
    expect((await bo("seen")).codec).toBe("video/VP9");
    expect((await ada("leaks")).leaks).toBe(0);
    await close();
  });
});

/** Nothing new is decoded or shown while many frames are sent. */
async function standsStill(ada: ReturnType<typeof on>, bo: ReturnType<typeof on>): Promise<void> {
  let shown = await bo("seen");
  let from = await ada("sent");
  await until("a picture that stands still", async () => {
    const [seen, sent] = [await bo("seen"), await ada("sent")];
    // What was on its way when it began is still shown.
    if (seen.framesDecoded !== shown.framesDecoded || seen.print !== shown.print) {
      shown = seen;
      from = sent;
    }
    return sent.framesEncoded > from.framesEncoded + 20 && sent.pictureBytes > from.pictureBytes;
  });
}
