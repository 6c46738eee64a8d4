/** Requests to a certificate authority: bounded in time and size, with every refusal as an error that keeps what it said. */
import { request as secureRequest } from "node:https";
import { AcmeFailure, AcmeProblem, noAnswer } from "./failure.ts";

const timeoutMs = 20_000;
const bytesMax = 1024 * 1024;

/** An answer below 400, or one that says `badNonce`, which is for asking again (RFC 8555, section 6.5). */
export interface AcmeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * @param ca PEM of the only authority to trust for this connection; default: those of Node
 * @throws AcmeProblem for refusals, AcmeFailure when there was no answer
 */
export async function acmeRequest(
  url: string,
  {
    method = "GET",
    headers = {},
    body,
    ca,
  }: { method?: string; headers?: Record<string, string>; body?: string; ca?: string | undefined },
): Promise<AcmeAnswer> {
  const { host, protocol } = new URL(url);
  if (protocol !== "https:")
    throw new AcmeFailure(
      "acme-untrusted",
      `The certificate authority wants to be asked without HTTPS (${url})`,
      "Is --acme-directory right?",
    );
  const answer = await new Promise<AcmeAnswer>((done, failed) => {
    const request = secureRequest(
      url,
      { method, headers, timeout: timeoutMs, agent: false, ...(ca === undefined ? {} : { ca }) },
      (response) => {
        const parts: Buffer[] = [];
        let size = 0;
        response.on("data", (part: Buffer) => {
          size += part.length;
          if (size > bytesMax) request.destroy(new Error("the answer is too long"));
          parts.push(part);
        });
        response.on("error", failed);
        response.on("end", () => {
          const plain = Object.entries(response.headers).flatMap(([name, value]) =>
            value === undefined ? [] : [[name, String(value)] as const],
          );
          done({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(plain),
            text: Buffer.concat(parts).toString("utf8"),
          });
        });
      },
    );
    request.on("timeout", () => request.destroy(new Error("no answer in 20 s")));
    request.on("error", (error) => failed(noAnswer(host, error)));
    request.end(body);
  });
  if (answer.status < 400) return answer;
  const problem = problemOf(answer);
  if (problem.type === "badNonce") return answer;
  throw problem;
}

function problemOf({ status, headers, text }: AcmeAnswer): AcmeProblem {
  let [type, detail] = ["", `HTTP status ${status}`];
  try {
    const body = JSON.parse(text) as { type?: unknown; detail?: unknown };
    if (typeof body.type === "string") type = body.type.split(":").at(-1) ?? "";
    if (typeof body.detail === "string") detail = body.detail;
  } catch {
    // Not a problem document: the status has to do.
  }
  return new AcmeProblem(status, type, detail, retryAfter(headers["retry-after"], Date.now()));
}

const dayMs = 86_400_000;

/** Retry-After is seconds or a date (RFC 9110, section 10.2.3); taken as at most a week. */
export function retryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const isDate = /^[A-Z][a-z]{2}/.test(text);
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : isDate ? Date.parse(text) - now : Number.NaN;
  return Number.isFinite(wait) && wait > 0 ? Math.min(wait, 7 * dayMs) : undefined;
}
