import { createSocket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { parseEndpoint } from "../core/index.ts";
import { TurnClient } from "./client/index.ts";
import { makeCredentials } from "./credentials.ts";
import { serviceAddress } from "./index.ts";
import { secret } from "./real-client.fixture.ts";
import { closeLater, local, make, udpPaths, until } from "./running.fixture.ts";

/** Answers everyone with what they said, and remembers who they were. */
async function echo() {
  const socket = createSocket("udp4");
  const senders: number[] = [];
  socket.on("message", (bytes, from) => {
    if (!senders.includes(from.port)) senders.push(from.port);
    socket.send(Buffer.concat([Buffer.from("echo "), bytes]), from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  closeLater(() => socket.close());
  return { socket, senders, service: { host: "127.0.0.1", port: socket.address().port } };
}

describe.each(udpPaths)("the relay's service by $by", ({ how }) => {
  it.each(["udp", "tcp"] as const)(
    "[X52] takes each allocation over %s for a sender of its own, and its answers come back; nobody else's do",
    async (transport) => {
      const { service, senders } = await echo();
      const server = make({ ...how, service });
      const { port } = transport === "udp" ? await server.listenUdp(local) : await server.listenTcp(local);
      const place = parseEndpoint(serviceAddress.address, serviceAddress.port) ?? expect.unreachable();
      const clients: TurnClient[] = [];
      for (const name of ["ada", "bob"]) {
        const client = await TurnClient.connect({
          transport,
          port,
          host: "127.0.0.1",
          timeoutMs: 5_000,
          ...makeCredentials(secret, `tea/${name}/`, 300, Date.now()),
        });
        closeLater(() => client.close());
        await client.allocate();
        await client.permit(place);
        clients.push(client);
        const said = setInterval(() => client.send(place, Buffer.from(name)), 20);
        closeLater(() => clearInterval(said));
        const { bytes, from } = await client.receive();
        clearInterval(said);
        expect(Buffer.from(bytes).toString()).toBe(`echo ${name}`);
        expect(from.port).toBe(443);
      }
      expect(senders).toHaveLength(2);
      // Somebody else on this machine finds the ways and is not heard.
      const stranger = createSocket("udp4");
      for (const sender of senders) stranger.send("intruder", sender, "127.0.0.1");
      for (const client of clients) {
        client.send(place, Buffer.from("more"));
        for (;;) {
          const heard = Buffer.from((await client.receive()).bytes).toString();
          expect(heard).toMatch(/^echo /);
          if (heard === "echo more") break;
        }
        client.close();
      }
      stranger.close();
      await until(() => server.stats().allocations === 0);
    },
  );
});
