import { createHmac } from "node:crypto";
import { networkInterfaces } from "node:os";
import type { TestPage } from "./browsers.ts";

/** An address of this machine that is not loopback: Chromium asks no TURN server on 127.0.0.1. */
export const machineAddress = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

/**
 * All connections of that page go over the server's relay, under an id of the test's choice: one such as `lab;loss=0.1;ada` puts the page
 * on a bad network (see `labId` of the relay). Before the page is opened, and on a server that was given `secret` with `--turn-secret`.
 */
export async function goesOverRelay(tab: TestPage, secret: string, id: string): Promise<void> {
  const username = `${Math.floor(Date.now() / 1000) + 3_600}:${id}`;
  const credential = createHmac("sha1", secret).update(username).digest("base64");
  await goesOverUdpRelay(tab, { username, credential });
}

/**
 * All connections of that page go over the server's relay, which it asks by UDP alone, so that nothing depends on which way it
 * has first (that it prefers UDP to TCP is the NAT lab's to test). Before the page is opened; `account` in place of the one that the server gave.
 */
export async function goesOverUdpRelay(
  tab: TestPage,
  account: { readonly username?: string; readonly credential?: string } = {},
): Promise<void> {
  await tab.page.evaluateOnNewDocument(
    (address, mine) => {
      const overRelay = (given: RTCConfiguration = {}): RTCConfiguration => ({
        ...given,
        iceTransportPolicy: "relay",
        iceServers: (given.iceServers ?? []).flatMap(({ urls, ...theirs }) =>
          [urls]
            .flat()
            .filter((url) => url.startsWith("turn:") && !url.includes("transport=tcp"))
            .map((url) => ({ ...theirs, ...mine, urls: url.replace(/localhost|127\.0\.0\.1/, address) })),
        ),
      });
      const Real = window.RTCPeerConnection;
      window.RTCPeerConnection = class extends Real {
        constructor(configuration?: RTCConfiguration) {
          super(overRelay(configuration));
        }
        override setConfiguration(configuration?: RTCConfiguration): void {
          super.setConfiguration(overRelay(configuration));
        }
      };
    },
    machineAddress ?? "",
    account,
  );
}
