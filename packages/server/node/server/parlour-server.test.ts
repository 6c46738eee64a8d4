import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createParlourServer, type ParlourServer } from "./parlour-server.ts";
import { openHouse, type TestHouse } from "./visit.fixture.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listening(
  parlour: ParlourServer,
  http = createServer(),
): Promise<{ url: string; http: typeof http }> {
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  closers.push(async () => {
    await parlour.close();
    http.close();
    http.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, http };
}

async function isSpoken(url: string): Promise<boolean> {
  const socket = new WebSocket(url.replace("http", "ws"), "parlour.v1");
  socket.on("error", () => {});
  const opened = await Promise.race([
    once(socket, "open").then(() => true),
    once(socket, "unexpected-response").then(() => false),
  ]);
  socket.terminate();
  return opened;
}

describe("mounting", () => {
  it("[G1] in a server with routes of its own, only what is ours is answered", async () => {
    const parlour = await createParlourServer();
    const http = createServer((request, response) => {
      if (request.url === "/own" || request.url === "/api-of-mine") response.end("mine");
    });
    http.on("upgrade", (request, socket) => {
      if (request.url === "/own-socket") socket.end("HTTP/1.1 418 Mine\r\n\r\n");
    });
    const detach = parlour.attach(http);
    const { url } = await listening(parlour, http);
    expect(await (await fetch(`${url}/own`)).text()).toBe("mine");
    expect(await (await fetch(`${url}/api-of-mine`)).text()).toBe("mine");
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await isSpoken(`${url}/v1`)).toBe(true);
    const other = new WebSocket(`${url.replace("http", "ws")}/own-socket`);
    other.on("error", () => {});
    const [, response] = await once(other, "unexpected-response");
    expect(response.statusCode).toBe(418);
    detach();
    expect(http.listenerCount("request")).toBe(1);
    expect(http.listenerCount("upgrade")).toBe(1);
  });

  it("[G1] alone in a server, what is not ours is not found", async () => {
    const parlour = await createParlourServer();
    const http = createServer();
    parlour.attach(http);
    const { url } = await listening(parlour, http);
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
    expect(await isSpoken(`${url}/nothing`)).toBe(false);
    expect(await isSpoken(`${url}/v1?room=tea`)).toBe(true);
  });

  it("[G1] handle says whether a request was ours", async () => {
    const parlour = await createParlourServer();
    const http = createServer(async (request, response) => {
      if (!(await parlour.handle(request, response))) response.writeHead(404).end("my own 404");
    });
    const { url } = await listening(parlour, http);
    expect((await fetch(`${url}/api/rooms`)).status).toBe(200);
    expect(await (await fetch(`${url}/other`)).text()).toBe("my own 404");
  });

  it("[G2] below a base path everything works, and above it nothing is touched", async () => {
    const parlour = await createParlourServer({ basePath: "/meet/" });
    const http = createServer((request, response) => {
      if (!request.url?.startsWith("/meet")) response.end("mine");
    });
    parlour.attach(http);
    const { url } = await listening(parlour, http);
    for (const path of ["/", "/healthz", "/api/rooms", "/meeting"]) {
      if (path !== "/meeting") expect(await (await fetch(`${url}${path}`)).text()).toBe("mine");
    }
    expect((await fetch(`${url}/meet/healthz`)).status).toBe(200);
    const made = await fetch(`${url}/meet/api/rooms`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"name":"tea"}',
    });
    expect(await made.json()).toMatchObject({ url: `${url}/meet/r/tea` });
    expect(await isSpoken(`${url}/meet/v1`)).toBe(true);
    expect((await fetch(`${url}/meet/r/tea`)).status).toBe(503);
    await expect(createParlourServer({ basePath: "/a b" })).rejects.toThrow("basePath");
  });
});

describe("the end", () => {
  let house: TestHouse;

  it("[G39] draining tells everyone, turns the health check, lets nobody in, and ends", async () => {
    house = await openHouse();
    closers.push(() => house.close());
    expect(await (await house.fetch("/healthz")).json()).toMatchObject({ status: "ok", version: "0.1.0" });
    const [ada, bob] = [await house.visit(), await house.visit()];
    await ada.enter("tea");
    const late = await house.visit();
    const drained = house.parlour.drain();
    expect(house.parlour.status).toBe("draining");
    for (const visitor of [ada, bob, late]) {
      const closing = await visitor.next("closing");
      expect(closing.code).toBe("draining");
      expect(closing.retryAfterMs).toBeGreaterThan(0);
      expect((await visitor.closed).is).toBe("draining");
    }
    const health = await house.fetch("/healthz");
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({ code: "draining" });
    expect((await house.fetch("/api/rooms", { method: "POST" })).status).toBe(503);
    expect(await isSpoken(`${house.url}/v1`)).toBe(false);
    await drained;
    await house.parlour.close();
    expect(house.parlour.status).toBe("closed");
  });

  it("[G39] a connection that does not answer the goodbye does not hold the drain up", async () => {
    house = await openHouse();
    closers.push(() => house.close());
    const stuck = await house.visit();
    await stuck.enter("tea");
    stuck.socket.pause();
    await house.parlour.drain();
    expect(house.parlour.people).toBe(0);
  });
});
