import { randomBytes } from "node:crypto";

/** What a page brings to a private room. The server looks into none of it, so random bytes do. */
export function privatePage(key: string): { id: string; key: string; card: string } {
  return {
    id: randomBytes(16).toString("base64url"),
    key,
    card: randomBytes(90).toString("base64url"),
  };
}

/** A check value as a link's secret gives it. */
export const newKey = (): string => randomBytes(16).toString("base64url");
