import type { FromForwarder, ToForwarder } from "@parlour/protocol";

/** What a bare page, without the SDK, can do with the engine: runs in the browser, as `window.bare`. */
export interface BarePage {
  /** Sends camera and microphone, and opens places to receive in. */
  start(options: {
    readonly publishes: boolean;
    readonly places: number;
    readonly relay?: RTCIceServer;
  }): Promise<void>;
  /** Takes the camera away, or sends it again. */
  camera(isOn: boolean): Promise<void>;
  want(peer: string, height: number): void;
  mute(isMuted: boolean): void;
  /** By media line of a place: what is in it and what came. */
  report(): Promise<BareReport>;
}

export interface BareReport {
  readonly connection: string;
  readonly candidateType: string | undefined;
  readonly relayProtocol: string | undefined;
  readonly failures: readonly string[];
  readonly tracks: readonly {
    readonly peer: string;
    readonly source: string;
    readonly video: string;
    readonly audio: string;
  }[];
  readonly connections: number;
  readonly speakers: readonly string[];
  readonly places: readonly {
    readonly mid: string;
    readonly peer: string | undefined;
    readonly kind: string;
    readonly frames: number;
    readonly height: number;
    readonly packets: number;
    readonly lost: number;
    readonly freezes: number;
    /** Whether anything can be seen on the picture. */
    readonly isVisible: boolean;
  }[];
  /** Layers that are sent, by rid, with their heights. */
  readonly sends: Readonly<Record<string, number>>;
}

/** Runs in the page: no imports, nothing from outside. `peer` is its name there. */
export function bareEngineClient(peer: string): void {
  type Place = { transceiver: RTCRtpTransceiver; video: HTMLVideoElement };
  const places: Place[] = [];
  const failures: string[] = [];
  const canvas = document.createElement("canvas");
  canvas.width = 16;
  canvas.height = 12;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  let pc: RTCPeerConnection | undefined;
  let connection = 0;
  let n = 0;
  let camera: RTCRtpTransceiver | undefined;
  let microphone: RTCRtpTransceiver | undefined;
  let stream: MediaStream | undefined;
  let isMuted = false;
  let hasCamera = false;
  let wanted: { peer: string; source: string; height: number }[] = [];
  let flows: Extract<FromForwarder, { type: "places" }>["places"] = {};
  let tracks: Extract<FromForwarder, { type: "tracks" }>["tracks"] = [];
  let speakers: string[] = [];
  let began: Parameters<BarePage["start"]>[0] | undefined;
  let answered: (() => void) | undefined;
  /** To be told when the connection that they asked is closed. */
  const asked = new Set<(nothing: undefined) => void>();

  const say = async (message: ToForwarder): Promise<void> => {
    await fetch(`/say?peer=${peer}`, { method: "POST", body: JSON.stringify(message) });
  };
  const saySources = (): Promise<void> =>
    say({
      type: "sources",
      n: ++n,
      sources: {
        camera: {
          audio: microphone === undefined ? "none" : isMuted ? "muted" : "on",
          video: hasCamera ? "on" : "none",
        },
      },
    });
  const offer = async (): Promise<void> => {
    if (pc === undefined) return;
    await pc.setLocalDescription();
    const sends: Extract<ToForwarder, { type: "offer" }>["sends"] = {};
    if (microphone?.mid) sends[microphone.mid] = { source: "camera", kind: "audio" };
    if (camera?.mid && hasCamera) sends[camera.mid] = { source: "camera", kind: "video" };
    const taken = new Promise<void>((resolve) => {
      answered = resolve;
    });
    await say({ type: "offer", connection, n: ++n, sdp: pc.localDescription?.sdp ?? "", sends });
    await taken;
  };

  const connect = async (): Promise<void> => {
    const options = began;
    if (options === undefined) return;
    pc?.close();
    for (const forget of asked) forget(undefined);
    asked.clear();
    places.length = 0;
    connection++;
    pc = new RTCPeerConnection(
      options.relay === undefined ? {} : { iceServers: [options.relay], iceTransportPolicy: "relay" },
    );
    if (options.publishes && stream !== undefined) {
      const [sound] = stream.getAudioTracks();
      if (sound !== undefined) microphone = pc.addTransceiver(sound, { direction: "sendonly" });
      addCamera();
    }
    for (let i = 0; i < options.places; i++) for (const kind of ["audio", "video"] as const) addPlace(kind);
    // Through a relay, candidates are there when gathering is over; ICE-lite waits for the page's checks anyway.
    await offer();
    await saySources();
    await say({ type: "wants", n: ++n, pictures: wanted });
  };
  const addCamera = (): void => {
    const [picture] = stream?.getVideoTracks() ?? [];
    if (picture === undefined || pc === undefined) return;
    hasCamera = true;
    camera = pc.addTransceiver(picture, {
      direction: "sendonly",
      sendEncodings: [
        { rid: "h", scaleResolutionDownBy: 2, maxBitrate: 150_000 },
        { rid: "f", maxBitrate: 600_000 },
      ],
    });
  };
  const addPlace = (kind: "audio" | "video"): void => {
    if (pc === undefined) return;
    const transceiver = pc.addTransceiver(kind, { direction: "recvonly" });
    const video = document.createElement("video");
    video.muted = true;
    video.autoplay = true;
    video.playsInline = true;
    video.srcObject = new MediaStream([transceiver.receiver.track]);
    document.body.append(video);
    void video.play().catch(() => {});
    places.push({ transceiver, video });
  };

  new EventSource(`/hear?peer=${peer}`).onmessage = ({ data }): void => {
    const message = JSON.parse(data) as FromForwarder;
    if (message.type === "answer" && message.connection === connection)
      void pc?.setRemoteDescription({ type: "answer", sdp: message.sdp as string }).then(
        () => answered?.(),
        (error: unknown) => failures.push(String(error)),
      );
    else if (message.type === "failed") {
      failures.push(message.code);
      const isMine = message.connection === undefined || message.connection === connection;
      if (message.again && isMine) void connect();
    } else if (message.type === "places" && message.connection === connection) flows = message.places;
    else if (message.type === "tracks") tracks = message.tracks;
    else if (message.type === "speakers") speakers = message.speakers.map((one) => one.peer);
  };

  const isVisible = (video: HTMLVideoElement): boolean => {
    if (context === null || video.videoWidth === 0) return false;
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return data.some((value, at) => at % 4 !== 3 && value > 40);
  };

  const bare: BarePage = {
    async start(options) {
      began = options;
      if (options.publishes)
        stream = await navigator.mediaDevices.getUserMedia({
          audio: true,
          video: { width: 640, height: 480, frameRate: 15 },
        });
      await connect();
    },
    async camera(isOn) {
      if (isOn) addCamera();
      else {
        camera?.stop();
        camera = undefined;
        hasCamera = false;
      }
      await offer();
      await saySources();
    },
    want(from, height) {
      wanted = wanted.filter((one) => one.peer !== from);
      if (height > 0) wanted.push({ peer: from, source: "camera", height });
      void say({ type: "wants", n: ++n, pictures: wanted });
    },
    mute(muted) {
      isMuted = muted;
      for (const track of stream?.getAudioTracks() ?? []) track.enabled = !muted;
      void saySources();
    },
    async report() {
      // Firefox never settles what a connection was asked before it was closed.
      const gone = new Promise<undefined>((resolve) => {
        asked.add(resolve);
      });
      const stats = [...((await Promise.race([pc?.getStats(), gone])) ?? new Map()).values()] as Record<
        string,
        never
      >[];
      const of = (type: string): Record<string, never>[] => stats.filter((one) => one["type"] === type);
      // A pair that is checked anew is in progress for a moment, and is still the one in use.
      const inUse = of("transport").find((one) => one["selectedCandidatePairId"])?.[
        "selectedCandidatePairId"
      ];
      const pair = of("candidate-pair").find((one) =>
        inUse === undefined ? one["nominated"] && one["state"] === "succeeded" : one["id"] === inUse,
      );
      const local = of("local-candidate").find((one) => one["id"] === pair?.["localCandidateId"]);
      const received = of("inbound-rtp");
      return {
        connection: pc?.connectionState ?? "none",
        candidateType: local?.["candidateType"],
        relayProtocol: local?.["relayProtocol"],
        failures,
        tracks,
        connections: connection,
        speakers,
        places: places.map(({ transceiver, video }) => {
          const { mid } = transceiver;
          const one = received.find((each) => each["mid"] === mid) ?? {};
          return {
            mid: mid ?? "",
            peer: flows[mid ?? ""]?.peer,
            kind: transceiver.receiver.track.kind,
            frames: Number(one["framesDecoded"] ?? 0),
            height: Number(one["frameHeight"] ?? 0),
            packets: Number(one["packetsReceived"] ?? 0),
            lost: Number(one["packetsLost"] ?? 0),
            freezes: Number(one["freezeCount"] ?? 0),
            isVisible: isVisible(video),
          };
        }),
        sends: Object.fromEntries(
          of("outbound-rtp")
            .filter((one) => one["kind"] === "video" && Number(one["framesEncoded"] ?? 0) > 0)
            .map((one) => [String(one["rid"] ?? ""), Number(one["frameHeight"] ?? 0)]),
        ),
      };
    },
  };
  Object.assign(window, { bare });
}
