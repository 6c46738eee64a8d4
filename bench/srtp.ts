import { randomBytes } from "node:crypto";
import { nodeCounter } from "../packages/forwarder/node/srtp/counter.ts";
import { type MasterKey, profiles, type SrtpProfile } from "../packages/forwarder/node/srtp/keys.ts";
import { opensslCounter } from "../packages/forwarder/node/srtp/openssl-counter.ts";
import { nodeGcm } from "../packages/forwarder/node/srtp/sealing.ts";
import { type Crypto, SrtpReceiver, SrtpSender } from "../packages/forwarder/node/srtp/session.ts";
import { main, median, type Report, report, table } from "./harness/report.ts";

/* What protecting a packet of a picture costs, and opening one: processor time of one core. */

const packets = 40_000;
const rounds = 5;
const payloadBytes = 1_100;
const headerBytes = 12;

interface Way {
  readonly name: string;
  readonly profile: SrtpProfile;
  readonly crypto: Crypto;
}

function microseconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / packets;
}

function measure({ profile, crypto }: Way): { readonly protect: number; readonly open: number } {
  const master: MasterKey = { key: randomBytes(16), salt: randomBytes(profile.saltBytes) };
  const sender = new SrtpSender(profile, master, crypto);
  const length = headerBytes + payloadBytes;
  const all = Array.from({ length: packets }, (_, sequence) => {
    const packet = new Uint8Array(length + sender.tagBytes);
    packet[0] = 0x80;
    packet[2] = sequence >> 8;
    packet[3] = sequence;
    return packet;
  });
  const protect = microseconds(() => {
    for (const packet of all) sender.protect(packet, headerBytes, length);
  });
  const receiver = new SrtpReceiver(profile, master, crypto);
  const memory = new Uint8Array(2_048);
  const allocate = (bytes: number) => memory.subarray(0, bytes);
  let opened = 0;
  const open = microseconds(() => {
    for (const packet of all) if (receiver.open(packet, allocate) !== undefined) opened++;
  });
  if (opened !== packets) throw new Error(`${packets - opened} packets did not open`);
  sender.close();
  receiver.close();
  return { protect, open };
}

export async function run(): Promise<Report> {
  const [counter, gcm] = profiles as readonly [SrtpProfile, SrtpProfile];
  const direct = opensslCounter();
  const ways: readonly Way[] = [
    {
      name: "AES128_CM_HMAC_SHA1_80, node:crypto",
      profile: counter,
      crypto: { gcm: nodeGcm, counter: nodeCounter },
    },
    ...(direct === undefined
      ? []
      : [
          {
            name: "AES128_CM_HMAC_SHA1_80, OpenSSL directly",
            profile: counter,
            crypto: { gcm: nodeGcm, counter: direct },
          },
        ]),
    { name: "AEAD_AES_128_GCM, node:crypto", profile: gcm, crypto: { gcm: nodeGcm, counter: nodeCounter } },
  ];
  const figures = ways.map((way) => {
    const turns = Array.from({ length: rounds }, () => measure(way));
    return {
      name: way.name,
      protectMicroseconds: median(turns.map(({ protect }) => protect)),
      openMicroseconds: median(turns.map(({ open }) => open)),
    };
  });
  console.log(`\nA packet of ${payloadBytes} bytes, µs of one core, median of ${rounds} rounds:\n`);
  console.log(
    table(
      ["", "protect", "open"],
      figures.map(({ name, protectMicroseconds, openMicroseconds }) => [
        name,
        protectMicroseconds.toFixed(2),
        openMicroseconds.toFixed(2),
      ]),
    ),
  );
  return report("srtp", { figures });
}

await main(import.meta.url, run);
