import { randomBytes, timingSafeEqual } from "node:crypto";
import { isPossible, loadOwnProgram, type OwnProgram } from "@parlour/turn/datagrams";
import { type CounterCrypto, cmTag, type MakeCounterCrypto, nodeCounter } from "./counter.ts";
import type { SessionKeys } from "./keys.ts";

/*
 * The OpenSSL that Node has in it, called directly: contexts are set up once per connection and packets lie in memory that it reads and
 * writes, so that a packet costs five calls and no objects. Through `node:crypto` the same takes seven times as long.
 */

/** The largest packet, with what is authenticated besides. Whatever is larger goes by Node. */
const packetBytes = 4096;
const counterAt = packetBytes + 64;
const tagAt = counterAt + 64;
const keyAt = tagAt + 64;
const arenaBytes = keyAt + 64;

type OpenSsl = ReturnType<typeof load>;

/** Throws when a function is not there. */
function load({ call, allocate }: OwnProgram) {
  return {
    arena: allocate(arenaBytes),
    newCipher: call("EVP_CIPHER_CTX_new", "size_t"),
    freeCipher: call("EVP_CIPHER_CTX_free", "int", "size_t"),
    counterMode: call("EVP_aes_128_ctr", "size_t"),
    /** Context, cipher, engine, key, counter. */
    startCipher: call("EVP_EncryptInit_ex", "int", "size_t", "size_t", "size_t", "size_t", "size_t"),
    /** Context, out, where to write how much, in, length. */
    encrypt: call("EVP_EncryptUpdate", "int", "size_t", "size_t", "size_t", "size_t", "int"),
    newHmac: call("HMAC_CTX_new", "size_t"),
    freeHmac: call("HMAC_CTX_free", "int", "size_t"),
    sha1: call("EVP_sha1", "size_t"),
    /** Context, key, its length, digest, engine; with no key: again with the one before. */
    startHmac: call("HMAC_Init_ex", "int", "size_t", "size_t", "int", "size_t", "size_t"),
    authenticate: call("HMAC_Update", "int", "size_t", "size_t", "size_t"),
    /** Context, where to write the tag, and its length. */
    finishHmac: call("HMAC_Final", "int", "size_t", "size_t", "size_t"),
  };
}

function counterOf(ssl: OpenSsl, keys: SessionKeys): CounterCrypto {
  const { arena, startCipher, encrypt, startHmac, authenticate, finishHmac } = ssl;
  const { address } = arena;
  const bytes = new Uint8Array(arena.buffer);
  const spare = nodeCounter(keys);
  const cipher = ssl.newCipher();
  const hmac = ssl.newHmac();
  bytes.set(keys.key, keyAt);
  const isKeyed = startCipher(cipher, ssl.counterMode(), 0, address + keyAt, 0) === 1;
  bytes.set(keys.authentication, keyAt);
  const { length } = keys.authentication;
  const isReady = isKeyed && startHmac(hmac, address + keyAt, length, ssl.sha1(), 0) === 1;
  bytes.fill(0, keyAt, keyAt + 64);
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    ssl.freeCipher(cipher);
    ssl.freeHmac(hmac);
  };
  if (!isReady) {
    close();
    throw new Error("OpenSSL does not take the keys.");
  }
  /** What lies from 0 on, and `more` behind it; the tag is at `tagAt` then. */
  const sign = (to: number, more: Uint8Array): void => {
    bytes.set(more, to);
    startHmac(hmac, 0, 0, 0, 0);
    authenticate(hmac, address, to + more.length);
    finishHmac(hmac, address + tagAt, address + tagAt + 32);
  };
  const crypt = (from: number, to: number, first: Uint8Array): void => {
    bytes.set(first, counterAt);
    startCipher(cipher, 0, 0, 0, address + counterAt);
    encrypt(cipher, address + from, address + tagAt + 32, address + from, to - from);
  };
  const fits = (to: number, more: Uint8Array): boolean => isOpen && to + more.length <= packetBytes;
  return {
    seal(packet, from, to, first, more) {
      if (!fits(to, more)) {
        spare.seal(packet, from, to, first, more);
        return;
      }
      bytes.set(packet.subarray(0, to));
      crypt(from, to, first);
      sign(to, more);
      packet.set(bytes.subarray(from, to), from);
      packet.set(bytes.subarray(tagAt, tagAt + cmTag), to);
    },
    open(sealed, from, first, more, plain) {
      const to = sealed.length - cmTag;
      if (!fits(to, more)) return spare.open(sealed, from, first, more, plain);
      bytes.set(sealed.subarray(0, to));
      sign(to, more);
      if (!timingSafeEqual(bytes.subarray(tagAt, tagAt + cmTag), sealed.subarray(to))) return false;
      crypt(from, to, first);
      plain.set(bytes.subarray(0, to));
      return true;
    },
    close,
  };
}

/** Where OpenSSL can be called here and gives what Node gives. */
export function opensslCounter(): MakeCounterCrypto | undefined {
  if (!isPossible()) return undefined;
  try {
    const ssl = load(loadOwnProgram());
    const make: MakeCounterCrypto = (keys) => counterOf(ssl, keys);
    return isSame(make) ? make : undefined;
  } catch {
    // No koffi, or another OpenSSL than this was written for.
    return undefined;
  }
}

function isSame(make: MakeCounterCrypto): boolean {
  const keys = { key: randomBytes(16), salt: Buffer.alloc(14), authentication: randomBytes(20) };
  const [first, more, plain] = [Buffer.alloc(16), randomBytes(4), randomBytes(100)];
  randomBytes(14).copy(first);
  const [ours, theirs] = [make, nodeCounter].map((one) => {
    const packet = Buffer.concat([plain, Buffer.alloc(cmTag)]);
    const made = one(keys);
    made.seal(packet, 12, plain.length, first, more);
    made.close();
    return packet;
  });
  return ours !== undefined && theirs !== undefined && ours.equals(theirs);
}

let made: { readonly make: MakeCounterCrypto } | undefined;
/** The fastest that there is here; looked for once in each thread. */
export function fastestCounter(keys: SessionKeys): CounterCrypto {
  made ??= { make: opensslCounter() ?? nodeCounter };
  return made.make(keys);
}
