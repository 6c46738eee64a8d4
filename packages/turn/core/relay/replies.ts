import { makeNonce } from "../auth/nonce.ts";
import type { StunMessage } from "../stun/decode.ts";
import { MessageWriter } from "../stun/encode.ts";
import { attributes, type ErrorCode, understood } from "../stun/registry.ts";
import type { Path } from "./allocation.ts";
import { type Effect, nothing } from "./effects.ts";
import type { World } from "./world.ts";

/** A request and where it came from. */
export interface Request {
  readonly path: Path;
  readonly message: StunMessage;
  /** ms since 1970 */
  readonly now: number;
}

/** RFC 8489 leaves it open; a source that proved nothing is never worth more than this to who writes its address into packets. */
const largestGrowth = 2.5;
/** How many unknown attributes are named. */
const namedUnknown = 16;

/** Attributes that the sender wants understood, and that are not (RFC 8489, section 6.3). */
export function unknownAttributes(message: StunMessage): readonly number[] {
  const unknown = message.attributes.flatMap(({ type }) =>
    type < 0x8000 && !understood.has(type) ? [type] : [],
  );
  return [...new Set(unknown)].slice(0, namedUnknown);
}

/** A success response, signed when there is a key. */
export function succeed(
  world: World,
  request: Request,
  key: Uint8Array | undefined,
  write: (writer: MessageWriter) => void = () => {},
): readonly Effect[] {
  const writer = new MessageWriter(request.message.method, "success", request.message.transactionId);
  write(writer);
  return reply(world, request, writer, key);
}

/** An error response, signed when there is a key. */
export function refuse(
  world: World,
  request: Request,
  code: ErrorCode,
  key: Uint8Array | undefined,
): readonly Effect[] {
  const full = refusal(world, request, code, true);
  // The phrase is what a small request is not worth.
  const isTooLong = key === undefined && !isWorth(request, full.length);
  world.statistics.refusals[code] = (world.statistics.refusals[code] ?? 0) + 1;
  return reply(world, request, isTooLong ? refusal(world, request, code, false) : full, key);
}

function refusal(world: World, request: Request, code: ErrorCode, withPhrase: boolean): MessageWriter {
  const { options } = world;
  const { message, path, now } = request;
  const writer = new MessageWriter(message.method, "error", message.transactionId);
  writer.error(code, withPhrase);
  if (code === 401 || code === 438) {
    writer.attribute(attributes.realm, options.primitives.utf8(options.realm));
    const seconds = Math.floor(now / 1000);
    writer.attribute(attributes.nonce, makeNonce(options.primitives, options.nonceKey, path.client, seconds));
  }
  if (code === 420) writer.unknown(unknownAttributes(message));
  return writer;
}

/** Finishes and sends. What nobody signed for goes out only if it is small, and not too often. */
function reply(
  world: World,
  request: Request,
  writer: MessageWriter,
  key: Uint8Array | undefined,
): readonly Effect[] {
  const { primitives } = world.options;
  const { path, message, now } = request;
  if (key !== undefined) writer.integrity(key, primitives.hmacSha1);
  if (message.hasFingerprint) writer.fingerprint(primitives.crc32);
  if (key === undefined) {
    if (!isWorth(request, writer.length)) return nothing;
    // Over a stream the source has shown that it is there.
    if (path.transport === "udp" && !world.sources.mayAnswer(path.client.bytes, now)) {
      world.statistics.withheldReplies++;
      return nothing;
    }
  }
  return [{ kind: "send", path, bytes: writer.finish(), isData: false, delayMs: 0 }];
}

/** Whether an unproven source may get that many bytes for its request. */
function isWorth({ message }: Request, bytes: number): boolean {
  return bytes <= largestGrowth * message.bytes.length;
}
