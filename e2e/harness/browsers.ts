import puppeteer, { type Browser, type BrowserContext, type Page } from "puppeteer-core";
import type { Desktop } from "./desktop.ts";
import { type PageSide, preparePage } from "./page-side.ts";
import { forgetProcess, freshFolder, noteProcess, processTree, removeFolder, signalTree } from "./scratch.ts";
import { within } from "./waiting.ts";

export type Engine = "chromium" | "firefox";
export type { PageSide };

/** A running browser, of which people are separate contexts (own storage, own cookies). */
export interface TestBrowser {
  readonly engine: Engine;
  readonly pid: number;
  readonly browser: Browser;
  openPage(options?: PageOptions): Promise<TestPage>;
  /** Another tab of the same person. */
  openTab(beside: TestPage, options?: PageOptions): Promise<TestPage>;
  /** Stops or continues every process of the browser. */
  signal(signal: "SIGSTOP" | "SIGCONT" | "SIGKILL"): void;
  close(): Promise<void>;
}

export interface PageOptions {
  /** Default true: the camera gives 320x240 at 15, whatever the page asks for. */
  readonly smallPictures?: boolean;
}

/** A page and what it asked for and complained about. */
export interface TestPage {
  readonly engine: Engine;
  readonly page: Page;
  readonly context: BrowserContext;
  /** Every URL it requested, `ws:` ones included after `allRequests`. */
  readonly requests: string[];
  /** Errors on its console, exceptions, broken policy. */
  readonly problems: string[];
  /** Everything on its console, for the report of a failed test. */
  readonly console: string[];
  allRequests(): Promise<string[]>;
  close(): Promise<void>;
}

const executables: Record<Engine, string[]> = {
  chromium: ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"],
  firefox: ["/usr/bin/firefox-esr", "/usr/bin/firefox"],
};

/** Where that browser is on this machine. */
export async function executable(engine: Engine): Promise<string> {
  const named = process.env[engine === "chromium" ? "PARLOUR_CHROMIUM" : "PARLOUR_FIREFOX"];
  const { existsSync } = await import("node:fs");
  const found = [...(named === undefined ? [] : [named]), ...executables[engine]].find((path) =>
    existsSync(path),
  );
  if (found === undefined) {
    throw new Error(`no ${engine} found; on Debian: apt-get install chromium firefox-esr`);
  }
  return found;
}

const chromiumFlags = ({
  cameraFps = 15,
  holdsSoundBack = false,
  hasRealDevices = false,
  asksPermission = false,
  hidesAddresses = false,
  flags = [],
  place,
}: BrowserOptions): string[] => [
  ...(place?.isSandboxed ? [] : ["--no-sandbox"]),
  ...(hasRealDevices ? [] : [`--use-fake-device-for-media-stream=fps=${cameraFps}`]),
  ...(asksPermission ? [] : ["--use-fake-ui-for-media-stream"]),
  `--autoplay-policy=${holdsSoundBack ? "document-user-activation-required" : "no-user-gesture-required"}`,
  // Names of the form <uuid>.local need multicast, which containers often lack; and a page that a test answers itself has no
  // address, so that asking its own server would count as reaching into the local network.
  `--disable-features=${hidesAddresses ? "" : "WebRtcHideLocalIpsWithMdns,"}LocalNetworkAccessChecks`,
  "--disable-background-networking",
  "--disable-component-update",
  "--no-first-run",
  "--window-size=1280,800",
  ...flags,
];
const firefoxPreferences = ({
  holdsSoundBack = false,
  hasRealDevices = false,
  asksPermission = false,
  hidesAddresses = false,
  preferences = {},
}: BrowserOptions) => ({
  "media.navigator.streams.fake": !hasRealDevices,
  "media.navigator.permission.disabled": !asksPermission,
  "media.peerconnection.ice.obfuscate_host_addresses": hidesAddresses,
  "media.peerconnection.ice.loopback": true,
  "media.autoplay.default": holdsSoundBack ? 1 : 0,
  "media.autoplay.blocking_policy": 0,
  // Pictures have 15 frames a second: drawing the page more often only takes time from the others.
  "layout.frame_rate": 20,
  "dom.events.asyncClipboard.clipboardItem": true,
  // A page in a background tab is a person all the same: no throttling.
  "dom.min_background_timeout_value": 4,
  "dom.min_background_timeout_value_without_budget_throttling": 4,
  "dom.timeout.enable_budget_timer_throttling": false,
  // No update checks, no captive portal probes, no remote settings.
  "app.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "toolkit.telemetry.enabled": false,
  ...preferences,
});

export interface BrowserOptions {
  /** Frames per second of Chromium's fake camera; 15 when not given. */
  readonly cameraFps?: number;
  /** No sound before the first click or key, as browsers treat pages that nobody touched yet. */
  readonly holdsSoundBack?: boolean;
  /** With a window on that screen, and its speakers. */
  readonly desktop?: Desktop;
  /** The microphones of the desktop in place of the browser's fake ones; there is no camera then. */
  readonly hasRealDevices?: boolean;
  /** The browser asks the person, who is not there: nothing is allowed unless somebody presses. */
  readonly asksPermission?: boolean;
  /**
   * Names of the local network (`<uuid>.local`) in place of its own addresses, as browsers have it before a camera was allowed; with
   * `asksPermission`, or it counts as allowed.
   */
  readonly hidesAddresses?: boolean;
  /** Firefox: a test may reach its own controls (`allowInFirefox`). */
  readonly hasOpenControls?: boolean;
  /** More of Chromium's. */
  readonly flags?: readonly string[];
  /** More of Firefox's preferences. */
  readonly preferences?: Readonly<Record<string, unknown>>;
  /** Where else than on this machine's own network it runs. */
  readonly place?: BrowserPlace;
}

export interface BrowserPlace {
  /** A program that starts the browser there, with the arguments it gets, in its own process. */
  readonly executable: string;
  /** Made and filled by whoever names it; removed when the browser is closed. */
  readonly profile: string;
  /** Firefox: its port there, which is the same one here. */
  readonly port?: number;
  readonly env: NodeJS.ProcessEnv;
  /** It is no place of root's, so that the browser may keep its own sandbox. */
  readonly isSandboxed?: boolean;
}

export async function launchBrowser(engine: Engine, options: BrowserOptions = {}): Promise<TestBrowser> {
  const { place } = options;
  const profile = place?.profile ?? freshFolder(engine);
  const shared = {
    executablePath: place?.executable ?? (await executable(engine)),
    headless: options.desktop === undefined,
    ...(options.desktop === undefined ? {} : { env: { ...process.env, ...options.desktop.env } }),
    userDataDir: profile,
    timeout: 60_000,
    protocolTimeout: 120_000,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    ...(place?.port === undefined ? {} : { debuggingPort: place.port }),
    ...(place === undefined ? {} : { env: place.env, pipe: place.port === undefined }),
  } as const;
  const browser = await puppeteer.launch(
    engine === "chromium"
      ? { ...shared, browser: "chrome", args: chromiumFlags(options) }
      : {
          ...shared,
          browser: "firefox",
          args: options.hasOpenControls ? ["-remote-allow-system-access"] : [],
          extraPrefsFirefox: firefoxPreferences(options),
        },
  );
  const pid = browser.process()?.pid;
  if (pid === undefined) throw new Error(`${engine} has no process`);
  noteProcess(pid);
  const pages = new Set<TestPage>();

  const open = async (context: BrowserContext, options: PageOptions, ownsContext: boolean) => {
    const page = await context.newPage();
    const opened = await preparedPage(engine, page, context, options, async () => {
      pages.delete(opened);
      if (!page.isClosed()) await within("a page to close", page.close(), 10_000).catch(() => {});
      if (ownsContext) await within("a context to close", context.close(), 10_000).catch(() => {});
    });
    pages.add(opened);
    return opened;
  };

  return {
    engine,
    pid,
    browser,
    openPage: async (options = {}) => open(await browser.createBrowserContext(), options, true),
    openTab: async (beside, options = {}) => open(beside.context, options, false),
    signal: (signal) => signalTree(pid, signal),
    async close() {
      const tree = processTree(pid);
      signalTree(pid, "SIGCONT");
      await within(`${engine} to close`, browser.close(), 10_000).catch(() => {});
      for (const one of tree) {
        try {
          process.kill(one, "SIGKILL");
        } catch {
          // Closed as it should.
        }
      }
      forgetProcess(pid);
      removeFolder(profile);
    },
  };
}

async function preparedPage(
  engine: Engine,
  page: Page,
  context: BrowserContext,
  options: PageOptions,
  close: () => Promise<void>,
): Promise<TestPage> {
  const requests: string[] = [];
  const problems: string[] = [];
  const console: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => {
    console.push(`${message.type()}: ${message.text()}`);
    if (message.type() === "error") problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => {
    problems.push(`exception: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  });
  await page.evaluateOnNewDocument(preparePage, options.smallPictures ?? true);
  return {
    engine,
    page,
    context,
    requests,
    problems,
    console,
    allRequests: async () => [
      ...requests,
      ...(await page.evaluate(() => window.parlourTest?.sockets ?? []).catch(() => [])),
    ],
    close,
  };
}

const shared = new Map<Engine, Promise<TestBrowser>>();

/** One browser of each kind serves the whole run; whoever needs to stop or kill one launches their own. */
export function sharedBrowser(engine: Engine): Promise<TestBrowser> {
  let browser = shared.get(engine);
  if (browser === undefined) {
    browser = launchBrowser(engine);
    shared.set(engine, browser);
    browser.then(
      (launched) => launched.browser.once("disconnected", () => shared.delete(engine)),
      () => shared.delete(engine),
    );
  }
  return browser;
}

export async function closeSharedBrowsers(): Promise<void> {
  const all = [...shared.values()];
  shared.clear();
  await Promise.allSettled(all.map(async (browser) => (await browser).close()));
}
