import { STATUS_CODES } from "node:http";
import { type Code, type Problem, refusal } from "@parlour/protocol";

/** A failure as RFC 9457 has it, with our stable code. */
export function problem(
  status: number,
  code: Code,
  options: {
    readonly detail?: string;
    readonly hint?: string;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Response {
  const body: Problem = {
    type: "about:blank",
    title: STATUS_CODES[status] ?? "Error",
    status,
    ...refusal(code, options.detail, options.hint),
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...options.headers },
  });
}
