import { X509Certificate } from "node:crypto";
import type { Server } from "node:https";
import { afterEach, describe, expect, it } from "vitest";
import { authorityMs, certificateMs, createAuthority, issue } from "./authority.ts";
import { handshake, portOf, serve } from "./handshake.fixture.ts";

const now = Date.now();
const subject = {
  names: ["laptop", "laptop.local", "localhost"],
  addresses: ["127.0.0.1", "192.168.7.9", "::1", "fe80::1:2"],
};
const make = () => createAuthority("laptop", subject.names, now);

let server: Server | undefined;
afterEach(() => server?.close());

describe("the local authority", () => {
  it("[H12] signs a certificate that a client accepts for every name and address in it", async () => {
    const authority = make();
    const pair = issue(authority, subject, now);
    server = await serve(pair);
    for (const name of [...subject.names, undefined])
      expect(
        (await handshake(portOf(server), { ca: authority.cert, ...(name === undefined ? {} : { name }) }))
          .verdict,
      ).toBe("trusted");
    const certificate = new X509Certificate(pair.cert);
    for (const address of subject.addresses) expect(certificate.checkIP(address)).toBe(address);
    expect(certificate.checkIP("192.168.7.10")).toBeUndefined();
  });

  it("is refused by a client that does not trust it, or another of the same name", async () => {
    server = await serve(issue(make(), subject, now));
    expect((await handshake(portOf(server))).verdict).toMatch(/UNABLE_TO_VERIFY_LEAF_SIGNATURE/);
    expect((await handshake(portOf(server), { ca: make().cert })).verdict).toMatch(/SIGNATURE|ISSUER/);
  });

  it("[H11] can't speak for a name that is not the machine's, even when its key signs for one", async () => {
    const authority = make();
    const stolen = { ...authority, permitted: [...authority.permitted, "example.org"] };
    server = await serve(issue(stolen, { names: ["bank.example.org"], addresses: [] }, now));
    expect(
      (await handshake(portOf(server), { ca: authority.cert, name: "bank.example.org" })).verdict,
    ).toMatch(/permitted subtree violation/);
  });

  it("[H11] leaves names out that it may not speak for", () => {
    const pair = issue(make(), { names: ["localhost", "other"], addresses: [] }, now);
    expect(new X509Certificate(pair.cert).subjectAltName).toBe("DNS:localhost");
  });

  it("lives for ten years, its certificates for 397 days, both from a day ago", () => {
    const authority = make();
    const of = (pem: string) => {
      const { validFrom, validTo } = new X509Certificate(pem);
      return [Date.parse(validFrom), Date.parse(validTo)].map((each) => Math.round((each - now) / 3_600_000));
    };
    expect(of(authority.cert)).toEqual([-24, authorityMs / 3_600_000]);
    expect(of(issue(authority, subject, now).cert)).toEqual([-24, certificateMs / 3_600_000]);
  });

  it("says what it is: an authority, for servers only, named after the machine", () => {
    const certificate = new X509Certificate(make().cert);
    expect(certificate.ca).toBe(true);
    expect(certificate.subject).toContain("CN=Parlour on laptop (");
    expect(new X509Certificate(issue(make(), subject, now).cert).ca).toBe(false);
  });

  it("takes a machine's name of any form", async () => {
    const authority = createAuthority("Zoë's box, \n CN=evil", ["localhost"], now);
    server = await serve(issue(authority, { names: ["localhost"], addresses: [] }, now));
    expect((await handshake(portOf(server), { ca: authority.cert, name: "localhost" })).verdict).toBe(
      "trusted",
    );
  });
});
