import type { TestBrowser } from "./browsers.ts";

/** Of WebDriver BiDi, as far as it is needed here. */
interface Connection {
  send(method: string, params: object): Promise<{ readonly result: unknown }>;
}
interface Tree {
  readonly contexts: readonly { readonly context: string }[];
}
interface Evaluation {
  readonly type: string;
  readonly exceptionDetails?: { readonly text: string };
}

/**
 * Allows something to the open pages of an origin, as a person does in the controls beside the address: no command of those who drive
 * Firefox does that for a camera. The browser has to be launched with `hasOpenControls`.
 */
export async function allowInFirefox(
  { browser }: TestBrowser,
  origin: string,
  kind: "camera" | "microphone",
): Promise<void> {
  // Not public, and the only way to it.
  const { connection } = browser as unknown as { connection: Connection };
  const tree = (await connection.send("browsingContext.getTree", { "moz:scope": "chrome" })).result as Tree;
  const [window] = tree.contexts;
  if (window === undefined) throw new Error("Firefox shows none of its own windows");
  // Each context of a test is a container of Firefox's, and has permissions of its own.
  const expression = `
    for (const { linkedBrowser } of gBrowser.tabs)
      if (linkedBrowser.contentPrincipal.originNoSuffix === ${JSON.stringify(origin)})
        Services.perms.addFromPrincipal(
          linkedBrowser.contentPrincipal, ${JSON.stringify(kind)}, Services.perms.ALLOW_ACTION
        );`;
  const done = (
    await connection.send("script.evaluate", {
      expression,
      target: { context: window.context },
      awaitPromise: false,
    })
  ).result as Evaluation;
  if (done.type !== "success") throw new Error(`Firefox: ${done.exceptionDetails?.text}`);
}
