import { type Endpoint, endpointKey, hostKey } from "../address.ts";
import { throughLab } from "../lab/conditions.ts";
import { mayReachPort } from "../peers/policy.ts";
import { maskAt, readUint16, readUint32, writeUint16, writeUint32 } from "../stun/decode.ts";
import { writeXorAddress } from "../stun/encode.ts";
import { attributes, headerBytes, magicCookie } from "../stun/registry.ts";
import {
  type Allocation,
  hasPermission,
  isLive,
  type LabState,
  type Path,
  type Place,
  place,
} from "./allocation.ts";
import { type Effect, nothing } from "./effects.ts";
import type { DropReason } from "./statistics.ts";
import { servicePlace, type World } from "./world.ts";

/** Payload inside a packet that may be written over: headers are made in front of it where there is room. */
interface Load {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly length: number;
  /** Where XOR-PEER-ADDRESS begins, when `bytes` is an indication with that and DATA alone. */
  readonly peerAt: number;
}

const sendIndication = 0x0016;
const dataIndication = 0x0017;
const aligned = (length: number): number => (length + 3) & ~3;

function drop(world: World, reason: DropReason): readonly Effect[] {
  world.statistics.droppedPackets[reason]++;
  return nothing;
}

/** Whether the packet is a Send indication, at first sight. */
export function isSendIndication(bytes: Uint8Array): boolean {
  return bytes.length >= headerBytes && readUint16(bytes, 0) === sendIndication;
}

/** ChannelData from a client (RFC 8656, section 12.6). */
export function channelData(world: World, path: Path, bytes: Uint8Array, now: number): readonly Effect[] {
  const { allocation } = path;
  if (allocation === undefined || !isLive(allocation, now)) return drop(world, "no-allocation");
  const length = readUint16(bytes, 2);
  // Padding after it is allowed over UDP too.
  if (length > bytes.length - 4) return drop(world, "malformed");
  const channel = allocation.channels.get(readUint16(bytes, 0));
  if (channel === undefined || channel.expiresAt <= now) return drop(world, "no-channel");
  if (!hasPermission(allocation, channel.peer.host, now)) return drop(world, "no-permission");
  return toPeer(world, allocation, channel.peer, { bytes, at: 4, length, peerAt: 0 }, now);
}

/** A Send indication from a client (RFC 8656, section 11.2). Indications are not signed: the path is what tells whose it is. */
export function send(world: World, path: Path, bytes: Uint8Array, now: number): readonly Effect[] {
  const { allocation } = path;
  if (allocation === undefined || !isLive(allocation, now)) return drop(world, "no-allocation");
  if ((bytes.length & 3) !== 0 || readUint16(bytes, 2) !== bytes.length - headerBytes)
    return drop(world, "malformed");
  if (readUint32(bytes, 4) !== magicCookie) return drop(world, "malformed");
  let peerAt = 0;
  let dataAt = 0;
  let count = 0;
  for (let at = headerBytes; at < bytes.length; count++) {
    const type = readUint16(bytes, at);
    const end = at + 4 + aligned(readUint16(bytes, at + 2));
    if (end > bytes.length) return drop(world, "malformed");
    // The first of a type counts (RFC 8489, section 14).
    if (type === attributes.xorPeerAddress) peerAt ||= at;
    else if (type === attributes.data) dataAt ||= at;
    else if (type === attributes.messageIntegrity) break;
    // Something that must be understood, such as DONT-FRAGMENT.
    else if (type < 0x8000) return drop(world, "malformed");
    at = end;
  }
  if (peerAt === 0 || dataAt === 0) return drop(world, "malformed");
  const peer = readPeer(bytes, peerAt);
  if (peer === undefined) return drop(world, "malformed");
  if (!hasPermission(allocation, peer.host, now)) return drop(world, "no-permission");
  const load = {
    bytes,
    at: dataAt + 4,
    length: readUint16(bytes, dataAt + 2),
    peerAt: count === 2 ? peerAt : 0,
  };
  return toPeer(world, allocation, peer, load, now);
}

/** A packet that came to an allocation's real port (RFC 8656, section 11.3). */
export function fromOutside(
  world: World,
  allocation: Allocation,
  peer: Endpoint,
  bytes: Uint8Array,
  now: number,
): readonly Effect[] {
  if (!isLive(allocation, now)) return drop(world, "no-allocation");
  const from = place(peer);
  if (!hasPermission(allocation, from.host, now)) return drop(world, "no-permission");
  return toClient(world, allocation, from, { bytes, at: 0, length: bytes.length, peerAt: 0 }, 0, now);
}

/** From an allocation to whom it wants to reach; it has a permission for that host. */
function toPeer(
  world: World,
  allocation: Allocation,
  peer: Place,
  load: Load,
  now: number,
): readonly Effect[] {
  if (!allocation.bytes.take(load.length, now)) return drop(world, "rate");
  const delayMs = conditions(world, allocation.lab, "up", load.length, now);
  if (delayMs === undefined) return drop(world, "lab");
  if (world.isService(peer)) {
    if (!world.commons.takeBytes(load.length, now)) return drop(world, "rate");
    relayed(world, load.length);
    allocation.usesService = true;
    const bytes = load.bytes.subarray(load.at, load.at + load.length);
    return [{ kind: "serve", allocation, bytes, delayMs }];
  }
  if (world.isInside(peer.host)) {
    if (world.commons.isElsewhere(peer)) {
      const bytes = load.bytes.subarray(load.at, load.at + load.length);
      return [{ kind: "pass", to: peer, from: allocation.relayed, bytes, delayMs }];
    }
    return toInside(world, peer, allocation.relayed, load, delayMs, now);
  }
  // Permissions are for hosts; this is the first time that the port is known.
  if (!mayReachPort(peer.port) || peer.host === servicePlace.host) return drop(world, "denied");
  if (!world.commons.takeBytes(load.length, now)) return drop(world, "rate");
  relayed(world, load.length);
  const bytes = load.bytes.subarray(load.at, load.at + load.length);
  return [{ kind: "emit", allocation, to: peer, bytes, delayMs }];
}

/** What another relay of the same server passed on: `bytes` from `at` on is the data, and what is before it may be written over. */
export function fromElsewhere(
  world: World,
  to: Place,
  from: Place,
  bytes: Uint8Array,
  at: number,
  delayMs: number,
  now: number,
): readonly Effect[] {
  return toInside(world, to, from, { bytes, at, length: bytes.length - at, peerAt: 0 }, delayMs, now);
}

/** To another allocation of this relay. */
function toInside(
  world: World,
  to: Place,
  from: Place,
  load: Load,
  delayMs: number,
  now: number,
): readonly Effect[] {
  const other = world.byRelayed.get(to.key);
  if (other === undefined || !isLive(other, now)) return drop(world, "no-peer");
  if (!hasPermission(other, from.host, now)) return drop(world, "peer-permission");
  return toClient(world, other, from, load, delayMs, now);
}

/** To the client of an allocation, in its channel for that peer or as a Data indication. */
function toClient(
  world: World,
  allocation: Allocation,
  from: Place,
  load: Load,
  delayBefore: number,
  now: number,
): readonly Effect[] {
  if (!allocation.bytes.take(load.length, now) || !world.commons.takeBytes(load.length, now))
    return drop(world, "rate");
  const delay = conditions(world, allocation.lab, "down", load.length, now);
  if (delay === undefined) return drop(world, "lab");
  relayed(world, load.length);
  const channel = allocation.channelsByPeer.get(from.key);
  const { path } = allocation;
  const bytes =
    channel !== undefined && channel.expiresAt > now
      ? asChannelData(world, channel.number, load, path.transport !== "udp")
      : asData(world, from, load);
  return [{ kind: "send", path, bytes, isData: true, delayMs: delayBefore + delay }];
}

/** A view of the load with a channel's header in front. */
function asChannelData(world: World, number: number, load: Load, isPadded: boolean): Uint8Array {
  let { bytes, at } = load;
  const { length } = load;
  const end = at + (isPadded ? aligned(length) : length);
  if (at < 4 || end > bytes.length) {
    bytes = world.options.primitives.allocate(4 + aligned(length));
    bytes.set(load.bytes.subarray(at, at + length), 4);
    at = 4;
  }
  writeUint16(bytes, at - 4, number);
  writeUint16(bytes, at - 2, length);
  const stop = at + (isPadded ? aligned(length) : length);
  for (let i = at + length; i < stop; i++) bytes[i] = 0;
  return bytes.subarray(at - 4, stop);
}

/** The load in a Data indication (RFC 8656, section 11.4). */
function asData(world: World, from: Place, load: Load): Uint8Array {
  const { peerAt, length } = load;
  // A Send indication with nothing else in it is laid out like the Data indication that comes of it.
  if (peerAt > 0 && from.family === (load.bytes[peerAt + 5] === 1 ? 4 : 6)) {
    writeUint16(load.bytes, 0, dataIndication);
    writeXorAddress(load.bytes, peerAt + 4, from, load.bytes.subarray(8, headerBytes));
    return load.bytes;
  }
  const addressBytes = 8 + from.bytes.length;
  const dataAt = headerBytes + addressBytes;
  const bytes = world.options.primitives.allocate(dataAt + 4 + aligned(length));
  writeUint16(bytes, 0, dataIndication);
  writeUint16(bytes, 2, bytes.length - headerBytes);
  writeUint32(bytes, 4, magicCookie);
  // Nobody answers an indication: its id must only differ from others.
  const count = ++world.indications;
  writeUint32(bytes, 8, 0);
  writeUint32(bytes, 12, Math.floor(count / 0x1_0000_0000));
  writeUint32(bytes, 16, count >>> 0);
  writeUint16(bytes, headerBytes, attributes.xorPeerAddress);
  writeUint16(bytes, headerBytes + 2, addressBytes - 4);
  writeXorAddress(bytes, headerBytes + 4, from, bytes.subarray(8, headerBytes));
  writeUint16(bytes, dataAt, attributes.data);
  writeUint16(bytes, dataAt + 2, length);
  bytes.set(load.bytes.subarray(load.at, load.at + length), dataAt + 4);
  for (let i = dataAt + 4 + length; i < bytes.length; i++) bytes[i] = 0;
  return bytes;
}

function readPeer(bytes: Uint8Array, at: number): Place | undefined {
  const size = bytes[at + 5] === 1 ? 4 : bytes[at + 5] === 2 ? 16 : 0;
  if (size === 0 || readUint16(bytes, at + 2) !== 4 + size) return undefined;
  const id = bytes.subarray(8, headerBytes);
  const host = new Uint8Array(size);
  for (let i = 0; i < size; i++) host[i] = (bytes[at + 8 + i] ?? 0) ^ maskAt(i, id);
  const port = readUint16(bytes, at + 6) ^ (magicCookie >>> 16);
  const key = hostKey(host);
  return { family: size === 4 ? 4 : 6, bytes: host, port, host: key, key: endpointKey(key, port) };
}

function conditions(
  world: World,
  lab: LabState | undefined,
  direction: "up" | "down",
  bytes: number,
  now: number,
): number | undefined {
  if (lab === undefined) return 0;
  return throughLab(lab.conditions, lab[direction], bytes, now, world.options.primitives.chance);
}

function relayed(world: World, bytes: number): void {
  world.statistics.relayedPackets++;
  world.statistics.relayedBytes += bytes;
}
