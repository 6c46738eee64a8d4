/** Asks over HTTP. */
import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import type { Facts, Target } from "@parlour/cli/checks";
import { codeOf, type Looking, tlsOptions } from "./trust.ts";

const bytesMax = 1024 * 1024;

/** An answer, its body cut at a megabyte. */
export interface WebAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

/** @throws Error whose code says why there is no answer */
export function ask(
  target: Target,
  path: string,
  looking: Looking,
  sent: { method: string; headers?: Record<string, string>; body?: string } = { method: "GET" },
): Promise<WebAnswer> {
  const { method, headers = {}, body } = sent;
  const url = `${target.url}${path}`;
  const options = { method, headers, agent: false, timeout: looking.timeoutMs };
  return new Promise((done, failed) => {
    const request = target.isSecure
      ? secureRequest(url, { ...options, ...tlsOptions(looking) })
      : plainRequest(url, options);
    request.once("timeout", () =>
      request.destroy(Object.assign(new Error("no answer"), { code: "timeout" })),
    );
    request.once("error", failed);
    request.once("response", (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on("data", (part: Buffer) => {
        size += part.length;
        if (size <= bytesMax) parts.push(part);
        else request.destroy();
      });
      response.once("error", failed);
      response.once("close", () =>
        done({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(parts).toString("utf8"),
        }),
      );
    });
    request.end(body);
  });
}

/** What `/healthz` says. */
export async function healthOf(target: Target, looking: Looking): Promise<NonNullable<Facts["health"]>> {
  try {
    const { status, text } = await ask(target, "/healthz", looking);
    return { status, ...versionIn(text) };
  } catch (error) {
    return { code: codeOf(error) };
  }
}

function versionIn(text: string): { version?: string } {
  try {
    const { status, version } = JSON.parse(text) as { status?: unknown; version?: unknown };
    return status === "ok" && typeof version === "string" ? { version: version.slice(0, 40) } : {};
  } catch {
    return {};
  }
}

/** How the page comes. */
export async function pageOf(target: Target, looking: Looking): Promise<NonNullable<Facts["page"]>> {
  try {
    const { status, headers } = await ask(target, "/", looking);
    const policy = headers["content-security-policy"];
    return {
      status,
      isHtml: String(headers["content-type"] ?? "").startsWith("text/html"),
      ...(policy === undefined ? {} : { policy: String(policy) }),
    };
  } catch (error) {
    return { code: codeOf(error) };
  }
}
