import { expect } from "vitest";

export const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

/** An answer as RFC 9457 has it, with this code. */
export async function expectProblem(response: Response, status: number, code: string): Promise<void> {
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const problem = (await response.json()) as Record<string, unknown>;
  expect(problem).toMatchObject({ type: "about:blank", status, code });
  expect(typeof problem["detail"]).toBe("string");
  expect(typeof problem["hint"]).toBe("string");
}
