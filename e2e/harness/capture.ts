import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { forgetProcess, freshFolder, noteProcess, removeFolder } from "./scratch.ts";
import { until, within } from "./waiting.ts";

/** A packet as it was on the wire. */
export interface Packet {
  /** IP's number: 17 is UDP, 6 is TCP. */
  readonly protocol: number;
  /** After the UDP header; for TCP the whole segment with its header. */
  readonly payload: Buffer;
}

/**
 * Starts capturing UDP (and what else the filter lets in) on this machine's own device; the result ends it and
 * gives what was there. The kernel hands packets over in blocks, and what is in a block that is not full when
 * tcpdump is told to end is lost: a packet of our own goes after all others, until it is in the file. On a busy
 * machine tcpdump gets behind, so the kernel keeps 32 MiB for it.
 */
export async function capture(filter: string): Promise<() => Promise<readonly Packet[]>> {
  const folder = freshFolder("capture");
  const file = join(folder, "packets.pcap");
  // -U: each packet is written when it comes. -Z root: the file's folder is nobody else's.
  const child = spawn(
    "tcpdump",
    ["-i", "lo", "-B", "32768", "--immediate-mode", "-U", "-Z", "root", "-s", "0", "-w", file, filter],
    {
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let said = "";
  const ready = new Promise<void>((resolve, reject) => {
    child.once("error", () => reject(new Error("tcpdump is missing; on Debian: apt-get install tcpdump")));
    child.once("exit", () => reject(new Error(`tcpdump ended: ${said}`)));
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("listening on")) resolve();
    });
  });
  if (child.pid !== undefined) noteProcess(child.pid);
  await within("tcpdump to listen", ready);
  return async () => {
    const last = randomBytes(16);
    await until("tcpdump to write the last packet", async () => {
      await sendDatagram(last);
      return readFileSync(file).includes(last);
    });
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGINT");
    await within("tcpdump to end", ended);
    if (child.pid !== undefined) forgetProcess(child.pid);
    const packets = packetsIn(readFileSync(file));
    removeFolder(folder);
    return packets;
  };
}

/** One datagram to the port that throws everything away (RFC 863); that nobody listens there does not matter. */
async function sendDatagram(bytes: Buffer): Promise<void> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve, reject) =>
    socket.send(bytes, 9, "127.0.0.1", (error) => (error ? reject(error) : resolve())),
  );
  socket.close();
}

/** Reads a capture of Ethernet frames (the classic format of libpcap, in this machine's byte order). */
export function packetsIn(bytes: Buffer): readonly Packet[] {
  if (bytes.readUInt32LE(0) !== 0xa1b2c3d4 || bytes.readUInt32LE(20) !== 1)
    throw new Error("no such capture");
  const packets: Packet[] = [];
  for (let at = 24; at + 16 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 8);
    const packet = readFrame(bytes.subarray(at + 16, at + 16 + length));
    if (packet !== undefined) packets.push(packet);
    at += 16 + length;
  }
  return packets;
}

const udp = 17;
const udpHeader = 8;

function readFrame(frame: Buffer): Packet | undefined {
  const kind = frame.readUInt16BE(12);
  const ip = frame.subarray(14);
  const isFour = kind === 0x0800;
  if (!isFour && kind !== 0x86dd) return undefined;
  const protocol = ip[isFour ? 9 : 6] ?? 0;
  const header = isFour ? ((ip[0] ?? 0) & 15) * 4 : 40;
  return { protocol, payload: ip.subarray(header + (protocol === udp ? udpHeader : 0)) };
}
