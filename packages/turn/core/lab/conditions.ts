/** A bad network for one allocation, so that real browsers can be put on one where the kernel has none. */
export interface LabConditions {
  /** Added to each packet in each direction, milliseconds. */
  readonly delayMs: number;
  /** Up to this much more, evenly. Packets keep their order. */
  readonly jitterMs: number;
  /** Share of packets that are lost, 0 to 1. */
  readonly loss: number;
  /** Bits per second in each direction; 0: not limited. */
  readonly bitsPerSecond: number;
}

/** What one direction of an allocation under conditions remembers. */
export interface LabLine {
  /** When the line will have sent what it took, ms. */
  freeAt: number;
  /** When the last packet arrives, ms. */
  lastAt: number;
}

const mark = "lab;";
const fields = { delay: "delayMs", jitter: "jitterMs", loss: "loss", rate: "bitsPerSecond" } as const;
const largest = { delayMs: 5000, jitterMs: 5000, loss: 1, bitsPerSecond: 1e9 };
/** What a slow line holds before it drops. */
const queueMs = 1000;

/** The id of credentials whose allocations get these conditions: `lab;delay=80;loss=0.02;<id>`. */
export function labId(conditions: Partial<LabConditions>, id: string): string {
  const words = Object.entries(fields).flatMap(([word, field]) => {
    const value = conditions[field];
    return value === undefined ? [] : [`${word}=${value};`];
  });
  return `${mark}${words.join("")}${id}`;
}

/** The conditions an id asks for; undefined when it is not marked; `malformed` when the mark can't be read. */
export function readLabId(id: string): LabConditions | undefined | "malformed" {
  if (!id.startsWith(mark)) return undefined;
  const conditions = { delayMs: 0, jitterMs: 0, loss: 0, bitsPerSecond: 0 };
  const words = id.slice(mark.length).split(";");
  // The last part is the name.
  for (const word of words.slice(0, -1)) {
    const match = /^(delay|jitter|loss|rate)=(\d+(?:\.\d+)?)$/.exec(word);
    if (match === null) return "malformed";
    const field = fields[match[1] as keyof typeof fields];
    const value = Number(match[2]);
    if (value > largest[field]) return "malformed";
    conditions[field] = value;
  }
  return conditions;
}

/** What becomes of a packet: the milliseconds it takes from now, or undefined when it is lost. */
export function throughLab(
  conditions: LabConditions,
  line: LabLine,
  bytes: number,
  now: number,
  chance: () => number,
): number | undefined {
  if (conditions.loss > 0 && chance() < conditions.loss) return undefined;
  let sentAt = now;
  if (conditions.bitsPerSecond > 0) {
    const begins = Math.max(now, line.freeAt);
    if (begins - now > queueMs) return undefined;
    sentAt = begins + (bytes * 8000) / conditions.bitsPerSecond;
    line.freeAt = sentAt;
  }
  const jitter = conditions.jitterMs > 0 ? chance() * conditions.jitterMs : 0;
  line.lastAt = Math.max(line.lastAt, sentAt + conditions.delayMs + jitter);
  return line.lastAt - now;
}
