/**
 * What the link relies on in an `RTCPeerConnection`, as checks that run on the real ones of browsers and on the testkit's fake alike.
 * Each throws when it does not hold. Nothing here needs a network: descriptions are handed over directly.
 */
export interface ContractSetup {
  createConnection(configuration?: RTCConfiguration): RTCPeerConnection;
  /** Waits until the connection has had its time for events that should not come. */
  settle(): Promise<void>;
}
export type ConnectionContract = Readonly<Record<string, (setup: ContractSetup) => Promise<void>>>;

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

async function rejectsWith(name: string, operation: Promise<unknown>): Promise<void> {
  const outcome = await operation.then(
    () => "resolved",
    (error: unknown) => (error as { name?: string }).name ?? "nameless",
  );
  expect(outcome === name, `expected ${name}, was ${outcome}`);
}

function described(connection: RTCPeerConnection): RTCSessionDescriptionInit {
  const description = connection.localDescription;
  if (description === null) throw new Error("no local description");
  return { type: description.type, sdp: description.sdp };
}

/** Counts `negotiationneeded` from now on. */
function needs(connection: RTCPeerConnection): () => number {
  let count = 0;
  connection.addEventListener("negotiationneeded", () => {
    count++;
  });
  return () => count;
}

async function answer(from: RTCPeerConnection, to: RTCPeerConnection): Promise<void> {
  await to.setRemoteDescription(described(from));
  await to.setLocalDescription();
  await from.setRemoteDescription(described(to));
}

async function negotiate(from: RTCPeerConnection, to: RTCPeerConnection): Promise<void> {
  await from.setLocalDescription();
  await answer(from, to);
}

function control(connection: RTCPeerConnection): RTCDataChannel {
  return connection.createDataChannel("control", { negotiated: true, id: 0 });
}

function ufrag(description: RTCSessionDescription | null): string | undefined {
  return /a=ice-ufrag:(\S+)/.exec(description?.sdp ?? "")?.[1];
}

/** Runs a check with two connections, and closes them whatever happens. */
async function withTwo(
  setup: ContractSetup,
  check: (a: RTCPeerConnection, b: RTCPeerConnection) => Promise<void>,
  configuration?: RTCConfiguration,
): Promise<void> {
  const a = setup.createConnection(configuration);
  const b = setup.createConnection();
  try {
    await check(a, b);
  } finally {
    a.close();
    b.close();
  }
}

export const connectionContract: ConnectionContract = {
  "setLocalDescription without arguments offers, then answers": (setup) =>
    withTwo(setup, async (a, b) => {
      a.addTransceiver("video");
      await a.setLocalDescription();
      expect(a.signalingState === "have-local-offer" && a.localDescription?.type === "offer", "no offer");
      await b.setRemoteDescription(described(a));
      expect(b.signalingState === "have-remote-offer", "the offer is not set");
      await b.setLocalDescription();
      expect(b.signalingState === "stable" && b.localDescription?.type === "answer", "no answer");
      await a.setRemoteDescription(described(b));
      expect(a.signalingState === "stable", "the answer is not set");
    }),

  "an offer set in have-local-offer rolls ours back, and what it had is needed again": (setup) =>
    withTwo(setup, async (a, b) => {
      // As links do, one side alone describes both kinds first: Chromium gives header extensions colliding ids otherwise.
      a.addTransceiver("audio");
      a.addTransceiver("video");
      await negotiate(a, b);
      await setup.settle();
      const mine = a.addTransceiver("audio");
      await a.setLocalDescription();
      expect(mine.mid !== null, "no mid after the offer");
      b.addTransceiver("video");
      await b.setLocalDescription();
      const count = needs(a);
      await a.setRemoteDescription(described(b));
      expect(a.signalingState === "have-remote-offer", `rolled back to ${a.signalingState}`);
      expect(mine.mid === null, "the mid is still there");
      await a.setLocalDescription();
      await b.setRemoteDescription(described(a));
      await setup.settle();
      expect(count() === 1, `negotiationneeded fired ${count()} times`);
      await negotiate(a, b);
      expect(mine.currentDirection !== null, "it is not negotiated in the end");
    }),

  "an answer without an offer is an InvalidStateError": (setup) =>
    withTwo(setup, async (a, b) => {
      a.addTransceiver("audio");
      await negotiate(a, b);
      await rejectsWith("InvalidStateError", a.setRemoteDescription(described(b)));
    }),

  "negotiationneeded fires once for what is added in one go": (setup) =>
    withTwo(setup, async (a) => {
      const count = needs(a);
      a.addTransceiver("audio");
      a.addTransceiver("video");
      control(a);
      await setup.settle();
      expect(count() === 1, `fired ${count()} times`);
    }),

  "an offer made in the same task leaves nothing needed": (setup) =>
    withTwo(setup, async (a, b) => {
      const count = needs(a);
      a.addTransceiver("audio");
      control(a);
      await negotiate(a, b);
      await setup.settle();
      expect(count() === 0, `fired ${count()} times`);
    }),

  "negotiationneeded keeps still until stable, and then fires": (setup) =>
    withTwo(setup, async (a, b) => {
      a.addTransceiver("audio");
      await a.setLocalDescription();
      const count = needs(a);
      a.addTransceiver("video");
      await setup.settle();
      expect(count() === 0, "fired in have-local-offer");
      await answer(a, b);
      await setup.settle();
      expect(count() === 1, `fired ${count()} times once stable`);
    }),

  "a need that was never answered fires again when stable": (setup) =>
    withTwo(setup, async (a, b) => {
      b.addTransceiver("video");
      await setup.settle();
      const count = needs(b);
      a.addTransceiver("audio");
      await negotiate(a, b);
      await setup.settle();
      expect(count() === 1, `fired ${count()} times`);
    }),

  "candidates before a remote description are an InvalidStateError": (setup) =>
    withTwo(setup, async (a) => {
      await rejectsWith(
        "InvalidStateError",
        a.addIceCandidate({ candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ host", sdpMid: "0" }),
      );
    }),

  "the end of candidates may name nothing but its fragment": (setup) =>
    withTwo(setup, async (a, b) => {
      control(a);
      await negotiate(a, b);
      const usernameFragment = ufrag(a.remoteDescription) ?? null;
      await a.addIceCandidate({ candidate: "", usernameFragment });
    }),

  "transceivers of a remote offer can be filled before the answer": (setup) =>
    withTwo(setup, async (a, b) => {
      const mine = [
        a.addTransceiver("audio", { direction: "sendrecv" }),
        a.addTransceiver("video", { direction: "sendrecv" }),
      ];
      await a.setLocalDescription();
      const count = needs(b);
      await b.setRemoteDescription(described(a));
      const theirs = b.getTransceivers();
      expect(theirs.length === 2, `${theirs.length} transceivers came`);
      expect(
        theirs.every(({ direction }) => direction === "recvonly"),
        "they start as recvonly",
      );
      expect(
        theirs.every(({ mid }, i) => mid === mine[i]?.mid),
        "mids differ",
      );
      for (const transceiver of theirs) transceiver.direction = "sendrecv";
      await b.setLocalDescription();
      await a.setRemoteDescription(described(b));
      await setup.settle();
      const all = [...mine, ...theirs];
      expect(
        all.every(({ currentDirection }) => currentDirection === "sendrecv"),
        "not both ways",
      );
      expect(count() === 0, "negotiation was needed again");
      await theirs[0]?.sender.replaceTrack(null);
      await setup.settle();
      expect(count() === 0, "replaceTrack needed negotiation");
    }),

  "restartIce makes negotiation needed, with new credentials": (setup) =>
    withTwo(setup, async (a, b) => {
      control(a);
      control(b);
      await negotiate(a, b);
      await setup.settle();
      const before = ufrag(a.localDescription);
      const count = needs(a);
      a.restartIce();
      await setup.settle();
      expect(count() === 1, `fired ${count()} times`);
      await negotiate(a, b);
      expect(ufrag(a.localDescription) !== before, "the offer kept its credentials");
    }),

  "takes other ICE servers when it starts ICE again, and keeps its certificate": async (setup) => {
    const browsers = globalThis.RTCPeerConnection as typeof RTCPeerConnection | undefined;
    const certificates = browsers && [
      await browsers.generateCertificate({ name: "ECDSA", namedCurve: "P-256" } as EcKeyGenParams),
    ];
    const server = (number: number) => [
      { urls: [`turn:192.0.2.7:${3000 + number}?transport=udp`], username: `${number}`, credential: "any" },
    ];
    await withTwo(
      setup,
      async (a, b) => {
        control(a);
        control(b);
        await negotiate(a, b);
        const fingerprint = (): string | undefined =>
          /a=fingerprint:.*/.exec(a.localDescription?.sdp ?? "")?.[0];
        const before = [fingerprint(), ufrag(a.localDescription)];
        a.setConfiguration({ ...a.getConfiguration(), iceServers: server(2) });
        a.restartIce();
        await setup.settle();
        expect(a.getConfiguration().iceServers?.[0]?.username === "2", "it kept its ICE servers");
        await negotiate(a, b);
        expect(fingerprint() === before[0], "another certificate");
        expect(ufrag(a.localDescription) !== before[1], "ICE did not start again");
      },
      { bundlePolicy: "max-bundle", iceServers: server(1), ...(certificates && { certificates }) },
    );
  },

  "a description that is none is refused and changes nothing": (setup) =>
    withTwo(setup, async (a) => {
      const outcome = await a.setRemoteDescription({ type: "offer", sdp: "hello" }).then(
        () => "set",
        () => "refused",
      );
      expect(outcome === "refused" && a.signalingState === "stable", `${outcome}, ${a.signalingState}`);
    }),

  "channels agreed by id open on both sides": (setup) =>
    withTwo(setup, async (a, b) => {
      for (const [from, to] of [
        [a, b],
        [b, a],
      ] as const)
        from.addEventListener("icecandidate", ({ candidate }) => {
          if (candidate !== null) void to.addIceCandidate(candidate).catch(() => {});
        });
      const open = [control(a), control(b)].map(
        (channel) => new Promise((resolve) => channel.addEventListener("open", resolve, { once: true })),
      );
      await a.setLocalDescription();
      await answer(a, b);
      // Chromium may open the channels a moment before it calls the connection connected.
      const connected = new Promise<void>((resolve) => {
        const look = (): void => {
          if (a.connectionState === "connected") resolve();
        };
        a.addEventListener("connectionstatechange", look);
        look();
      });
      await Promise.all([...open, connected]);
    }),
};

/** Runs every check; the problems found, by the name of the check. */
export async function runConnectionContract(setup: ContractSetup): Promise<Record<string, string>> {
  const problems: Record<string, string> = {};
  for (const [name, check] of Object.entries(connectionContract)) {
    try {
      await check(setup);
    } catch (error) {
      problems[name] = String(error);
    }
  }
  return problems;
}
