import { describe, expect, it } from "vitest";
import { makeCredentials } from "./credentials.ts";

describe("makeCredentials", () => {
  it("[T13] makes what other programs make of the same secret", () => {
    // printf %s 1700000300:lobby/7/ | openssl dgst -sha1 -hmac "a secret of the tests" -binary | base64
    expect(makeCredentials("a secret of the tests", "lobby/7/", 300, 1_700_000_000_999)).toEqual({
      username: "1700000300:lobby/7/",
      credential: "uDbrpwaLTSpNKhOuxClbaMHqYSg=",
      expiresAt: 1_700_000_300,
    });
  });
});
