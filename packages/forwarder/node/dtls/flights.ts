import { contentTypes, type RecordKey, sealRecord, writeRecord } from "./records.ts";

/** Until a flight is sent again; twice as long each time (RFC 6347, section 4.2.4.1 asks for less than a second where that is known to do). */
const firstResendMs = 250;
const longestResendMs = 4_000;
/** What a page that repeats itself can make us repeat. */
const mostResends = 30;
const datagramBytes = 1200;

export interface Outgoing {
  readonly type: number;
  readonly epoch: 0 | 1;
  readonly payload: Uint8Array;
}

/** What one side of a handshake sends: flights, each again until the other side goes on, in numbered records (RFC 6347, section 4.2.4). */
export class Flights {
  readonly #send: (datagram: Uint8Array) => void;
  readonly #sent: [number, number] = [0, 0];
  #flight: readonly Outgoing[] = [];
  #resendAt = Number.POSITIVE_INFINITY;
  #resendMs = firstResendMs;
  #resends = 0;
  /** Of epoch 1, once it is agreed on. */
  key: RecordKey | undefined;

  constructor(send: (datagram: Uint8Array) => void) {
    this.#send = send;
  }

  /** When the flight is to be sent again by itself, ms; Infinity: never. */
  get resendAt(): number {
    return this.#resendAt;
  }
  get isEmpty(): boolean {
    return this.#flight.length === 0;
  }

  /** The next flight. `now`: it is sent again by itself while the other side does not go on. */
  begin(flight: readonly Outgoing[], now?: number): void {
    this.#flight = flight;
    if (now !== undefined) this.#resendAt = now + this.#resendMs;
    this.again();
  }
  /** The same once more, as long as that was not too often. */
  again(): void {
    if (this.#resends++ < mostResends) this.send(this.#flight);
  }
  tick(now: number): void {
    if (now < this.#resendAt) return;
    this.#resendMs = Math.min(this.#resendMs * 2, longestResendMs);
    this.#resendAt = now + this.#resendMs;
    this.again();
  }

  /** As many records in a datagram as it holds. */
  send(records: readonly Outgoing[]): void {
    let waiting: Buffer[] = [];
    let size = 0;
    const flush = (): void => {
      if (size > 0) this.#send(Buffer.concat(waiting));
      waiting = [];
      size = 0;
    };
    for (const { type, epoch, payload } of records) {
      const record = this.#write(type, epoch, payload);
      if (size + record.length > datagramBytes) flush();
      waiting.push(record);
      size += record.length;
    }
    flush();
  }
  /** Ends what is said with an alert (RFC 5246, section 7.2). */
  alert(level: 1 | 2, description: number, epoch: 0 | 1): void {
    this.send([{ type: contentTypes.alert, epoch, payload: Uint8Array.of(level, description) }]);
  }

  #write(type: number, epoch: 0 | 1, payload: Uint8Array): Buffer {
    const number = this.#sent[epoch]++;
    if (epoch === 0 || this.key === undefined) return writeRecord(type, epoch, number, payload);
    const sequence = Buffer.alloc(8);
    sequence.writeUInt16BE(epoch);
    sequence.writeUIntBE(number, 2, 6);
    return writeRecord(type, epoch, number, sealRecord(this.key, type, sequence, payload));
  }
}
