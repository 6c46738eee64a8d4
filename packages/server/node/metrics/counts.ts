import type { Code } from "@parlour/protocol";

/** What the server counts: plain numbers, so that counting on the way of every frame costs an addition. */
export class Counts {
  /** WebSocket connections opened. */
  opened = 0;
  /** Text frames read. */
  frames = 0;
  /** Signals passed on. */
  signals = 0;
  /** Signals whose receiver was not connected. */
  signalsDropped = 0;
  /** Connections whose bytes broke the WebSocket protocol. */
  broken = 0;
  /** Chat messages taken. */
  said = 0;
  /** Seats newly taken, and those taken up again. */
  joins = 0;
  resumes = 0;
  readonly refusedBy = new Map<Code, number>();
  readonly closedBy = new Map<Code, number>();
  readonly requestsBy = new Map<string, number>();

  refused(code: Code): void {
    this.refusedBy.set(code, (this.refusedBy.get(code) ?? 0) + 1);
  }

  closed(code: Code): void {
    this.closedBy.set(code, (this.closedBy.get(code) ?? 0) + 1);
  }

  request(status: number): void {
    const kind = `${Math.floor(status / 100)}xx`;
    this.requestsBy.set(kind, (this.requestsBy.get(kind) ?? 0) + 1);
  }
}
