import { afterEach, describe, expect, it } from "vitest";
import { connectionMaker } from "./connection-maker.ts";

class TestConnection {
  static made: TestConnection[] = [];
  isClosed = false;
  configuration: RTCConfiguration;
  constructor(configuration: RTCConfiguration) {
    this.configuration = configuration;
    TestConnection.made.push(this);
  }
  setConfiguration(configuration: RTCConfiguration): void {
    if (configuration.certificates?.[0] !== this.configuration.certificates?.[0]) throw new Error("changed");
    this.configuration = configuration;
  }
  close(): void {
    this.isClosed = true;
  }
}
const certificate = {} as RTCCertificate;
const nothing = (): void => {};
const iceServers = [{ urls: ["stun:here"] }];

describe("connections made ahead of time", () => {
  const before = globalThis.RTCPeerConnection;
  afterEach(() => {
    globalThis.RTCPeerConnection = before;
    TestConnection.made = [];
  });
  const stage = (): void => void Object.assign(globalThis, { RTCPeerConnection: TestConnection });

  it("[S63] are one, which the first link that offers takes with its own servers", () => {
    stage();
    const prepared: RTCPeerConnection[] = [];
    const maker = connectionMaker({ certificates: [certificate] }, (made) => prepared.push(made));
    const create = (configuration: RTCConfiguration) =>
      maker.create(configuration, true) as unknown as TestConnection;
    const first = create({ certificates: [certificate], iceServers });
    expect(prepared).toEqual([first]);
    expect(TestConnection.made).toEqual([first]);
    expect(first.configuration.iceServers).toBe(iceServers);
    expect(create({ iceServers })).not.toBe(first);
    maker.close();
    expect(TestConnection.made.map(({ isClosed }) => isClosed)).toEqual([false, false]);
  });

  it("[S63] are let go of when they don't fit, or nobody took them", () => {
    stage();
    const misfit = connectionMaker({ certificates: [certificate] }, nothing);
    const own = misfit.create({ certificates: [{} as RTCCertificate] }, true) as unknown as TestConnection;
    expect(TestConnection.made.map(({ isClosed }) => isClosed)).toEqual([true, false]);
    expect(TestConnection.made[1]).toBe(own);
    const answering = connectionMaker({}, nothing);
    answering.create({}, false);
    expect(TestConnection.made.map(({ isClosed }) => isClosed)).toEqual([true, false, false, false]);
    answering.close();
    expect(TestConnection.made[2]?.isClosed).toBe(true);
    connectionMaker({}, nothing).close();
    expect(TestConnection.made.at(-1)?.isClosed).toBe(true);
  });

  it("are none where the browser makes none, and the link hears why", () => {
    Object.assign(globalThis, { RTCPeerConnection: undefined });
    const maker = connectionMaker({}, nothing);
    expect(() => maker.create({}, true)).toThrow(TypeError);
    maker.close();
  });
});
