import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type BrowserOptions,
  type Engine,
  executable,
  launchBrowser,
  type TestBrowser,
} from "../harness/browsers.ts";
import { forgetProcess, freshFolder, noteProcess } from "../harness/scratch.ts";
import { within } from "../harness/waiting.ts";
import type { Namespace } from "./namespace.ts";
import type { Trust } from "./trust.ts";
import { server } from "./wiring.ts";

/** The lab is somebody's who is not root, in a namespace where they look like it (`run.mjs`). */
const isInUserNamespace = process.env["PARLOUR_NAT_USER_NAMESPACE"] === "1";
/** Chromium's sandbox is not for root, nor for who looks like it: in here the browser's user is somebody again. */
const asSomebody = isInUserNamespace ? "unshare --user --map-user=1000 --map-group=1000 " : "";

/** A real browser on a host of the lab, driven from outside: Chromium over a pipe, Firefox over a bridge to its port. */
export async function launchInside(
  engine: Engine,
  namespace: Namespace,
  trust: Trust,
  options: BrowserOptions = {},
): Promise<TestBrowser> {
  const folder = freshFolder("host");
  const profile = trust.profile(engine);
  const bridge = engine === "firefox" ? await openBridge(namespace, folder) : undefined;
  const launched = await launchBrowser(engine, {
    ...options,
    place: {
      executable: starter(namespace, folder, await executable(engine)),
      profile,
      // What Chromium trusts lies in its home folder.
      env: { ...process.env, HOME: profile },
      isSandboxed: isInUserNamespace,
      ...(bridge === undefined ? {} : { port: bridge.port }),
    },
  });
  return {
    ...launched,
    async close() {
      await launched.close();
      await bridge?.close();
    },
  };
}

/** A program that starts the browser in the namespace, with the lab's names and no way to ask others. It stays one process throughout. */
function starter({ launcher }: Namespace, folder: string, browser: string): string {
  const { name, addresses, addresses6 } = server;
  writeFileSync(
    join(folder, "hosts"),
    `127.0.0.1 localhost\n::1 localhost\n${addresses[0]} ${name} ${name}.\n${addresses6[0]} ${name} ${name}.\n`,
  );
  writeFileSync(join(folder, "resolv.conf"), `nameserver ${addresses[0]}\noptions timeout:1 attempts:1\n`);
  const bound = ["hosts", "resolv.conf"]
    .filter((file) => existsSync(`/etc/${file}`))
    .map((file) => `mount --bind '${folder}/${file}' /etc/${file} && `)
    .join("");
  const path = join(folder, "browser");
  writeFileSync(
    path,
    `#!/bin/sh\nexec ${launcher.join(" ")} unshare --mount sh -c "${bound}exec ${asSomebody}'${browser}' \\"\\$@\\"" sh "$@"\n`,
    { mode: 0o755 },
  );
  return path;
}

async function openBridge(
  { launcher }: Namespace,
  folder: string,
): Promise<{ port: number; close(): Promise<void> }> {
  const path = join(folder, "port");
  const here: Server = createServer((outer) => {
    const inner = connect(path);
    outer.pipe(inner).pipe(outer);
    outer.on("error", () => inner.destroy());
    inner.on("error", () => outer.destroy());
  }).listen(0, "127.0.0.1");
  await once(here, "listening");
  // The browser compares the port in the request with its own: the same number on both sides.
  const { port } = here.address() as AddressInfo;
  const program = fileURLToPath(new URL("port-bridge.mjs", import.meta.url));
  const [command = "", ...words] = [...launcher, process.execPath, program, path, String(port)];
  const there = spawn(command, words, { stdio: ["pipe", "pipe", "inherit"] });
  const { pid } = there;
  if (pid !== undefined) noteProcess(pid);
  await within("the bridge to a browser's port", once(there.stdout, "data"));
  return {
    port,
    async close() {
      const ended = once(there, "exit");
      there.stdin.end();
      await within("the bridge to a browser's port to end", ended);
      if (pid !== undefined) forgetProcess(pid);
      here.close();
    },
  };
}
