import type { TestPage } from "./browsers.ts";
import type { TestServer } from "./server.ts";
import { until } from "./waiting.ts";

/** One way for a room's media, as the conformance tests drive it. */
export interface MediaDriverCase {
  /** What `room.topology` says. */
  readonly name: string;
  /** Of the server. */
  readonly flags: readonly string[];
  /** Somebody who comes first and stays, so that a room of two goes this way; missing: it does by itself. */
  fill?(tab: TestPage, link: string): Promise<void>;
  /** Whether media comes to this page over its links. */
  readonly isByLink: boolean;
  /** What carries media ends without a word, and has to be made anew. */
  breakDown(server: TestServer, tab: TestPage): Promise<void>;
  /** Everything of a private room that leaves or enters this page is sealed for the one at the other end. */
  isSealed(tab: TestPage): Promise<boolean>;
}

/** By the name under which `fillRoom` goes in. */
export const crowd = "Crowd";

/** Nobody can see in it, and it costs next to nothing: so many pictures of a few pixels, once a second, of one person who looks at nobody. */
export async function fillRoom(
  { page }: TestPage,
  link: string,
  pictures: number,
  name = crowd,
): Promise<void> {
  await page.evaluate(
    async (theLink, theName, count) => {
      const draw = (): MediaStream => {
        const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 18 });
        const pen = canvas.getContext("2d");
        let turn = 0;
        const paint = (): void => {
          if (pen === null) return;
          pen.fillStyle = turn++ % 2 ? "teal" : "navy";
          pen.fillRect(0, 0, canvas.width, canvas.height);
        };
        paint();
        setInterval(paint, 1_000);
        return canvas.captureStream(1);
      };
      const room = await window.sdk.joinRoom(theLink, {
        name: theName,
        publish: Array.from({ length: count }, (_, at) => ({ stream: draw(), source: `picture-${at}` })),
      });
      window.room = room;
      room.on("media", (media) => media.want("none"));
      for (const peer of room.peers.values()) for (const media of peer.media.values()) media.want("none");
    },
    link,
    name,
    pictures,
  );
}

const linksAre = (isByLink: boolean) => (tab: TestPage) =>
  tab.page.evaluate((links) => {
    const ours = new Set([...window.room.peers.values()].map(({ link }) => link.connection));
    const senders = window.parlourTest.connections
      .filter((one) => one.connectionState === "connected" && ours.has(one) === links)
      .flatMap((one) => one.getTransceivers());
    if (senders.length === 0) return false;
    if (links) return senders.every(({ sender }) => sender.transport?.state === "connected");
    return senders.every(({ direction, sender, receiver }) => {
      const sealed = (one: object): boolean => "transform" in one && one.transform !== null;
      return direction === "recvonly" ? sealed(receiver) : sealed(sender);
    });
  }, isByLink);

const mesh: MediaDriverCase = {
  name: "mesh",
  flags: [],
  isByLink: true,
  async breakDown(_, { page }) {
    await page.evaluate(() => window.room.simulate("link-lost"));
  },
  // DTLS from page to page, of certificates that both signed for.
  isSealed: linksAre(true),
};

const forwarder: MediaDriverCase = {
  name: "forwarder",
  flags: [],
  isByLink: false,
  fill: (tab, link) => fillRoom(tab, link, 6),
  async breakDown(server) {
    await server.kill();
    await server.start();
  },
  isSealed: linksAre(false),
};

/** The one who fills the room comes first, so its page is the one that passes on. */
const peer: MediaDriverCase = {
  name: "peer",
  flags: ["--forwarder", "off"],
  isByLink: true,
  fill: (tab, link) => fillRoom(tab, link, 6),
  async breakDown(_, { page }) {
    await page.evaluate(() => window.room.simulate("link-lost"));
  },
  isSealed: linksAre(true),
};

/** Every driver there is. A new one is a line here, and in the suite of `packages/client/browser/media`. */
export const mediaDrivers: readonly MediaDriverCase[] = [mesh, forwarder, peer];

/** What came of that peer's source, by the statistics of whatever receives it now. */
export interface Received {
  readonly audio: { readonly said: string; readonly packets: number };
  readonly video: {
    readonly said: string;
    readonly packets: number;
    readonly frames: number;
    /** -1: the browser does not tell. */
    readonly keyFrames: number;
    readonly height: number;
    readonly codec: string;
    readonly isByLink: boolean;
  };
  /** As `RemoteMedia.level` says. */
  readonly level: number;
}

/** Undefined when that peer publishes no such source. */
export const received = (
  { page }: TestPage,
  peer: string,
  source = "camera",
): Promise<Received | undefined> =>
  page.evaluate(
    async (name, of) => {
      const found = [...window.room.peers.values()].find((one) => one.name === name);
      const media = found?.media.get(of);
      if (found === undefined || media === undefined) return undefined;
      const links = new Set([...window.room.peers.values()].map(({ link }) => link.connection));
      const seen = {
        audio: { said: media.audio as string, packets: 0 },
        video: {
          said: media.video as string,
          packets: 0,
          frames: 0,
          keyFrames: -1,
          height: 0,
          codec: "",
          isByLink: false,
        },
        level: media.level(),
      };
      for (const connection of window.parlourTest.connections)
        for (const receiver of connection.getReceivers()) {
          if (!media.stream.getTracks().includes(receiver.track)) continue;
          const all = await receiver.getStats();
          for (const report of all.values()) {
            if (report.type !== "inbound-rtp") continue;
            if (report.kind === "audio") seen.audio.packets = report.packetsReceived ?? 0;
            else
              Object.assign(seen.video, {
                packets: report.packetsReceived ?? 0,
                frames: report.framesDecoded ?? 0,
                keyFrames: report.keyFramesDecoded ?? -1,
                height: report.frameHeight ?? 0,
                codec: all.get(report.codecId)?.mimeType ?? "",
                isByLink: links.has(connection),
              });
          }
        }
      return seen;
    },
    peer,
    source,
  );

/** Waits for so many frames in a row of which none is a key frame. */
export async function framesWithoutKeyFrame(on: TestPage, peer: string, frames: number): Promise<void> {
  let from = await received(on, peer);
  await comes(on, peer, `${frames} frames without a key frame`, ({ video: now }) => {
    if (from === undefined || now.keyFrames !== from.video.keyFrames || now.frames < from.video.frames)
      from = { audio: { said: "", packets: 0 }, video: now, level: 0 };
    return now.frames >= from.video.frames + frames;
  });
}

/** How the element that shows that peer's camera stands, for the report of a failed test. */
export const elementOf = ({ page }: TestPage, peer: string): Promise<string> =>
  page.evaluate((name) => {
    const video = document.querySelector<HTMLVideoElement>(
      `video[data-peer="${name}"][data-source="camera"]`,
    );
    if (video === null) return "no element";
    const { paused, readyState, videoWidth, videoHeight, currentTime } = video;
    const stream = video.srcObject as MediaStream | null;
    const tracks = stream?.getTracks().map(({ kind, muted, readyState: state }) => ({ kind, muted, state }));
    return JSON.stringify({ paused, readyState, videoWidth, videoHeight, currentTime, tracks });
  }, peer);

/** Waits until that is so of what comes. */
export async function comes(
  on: TestPage,
  peer: string,
  what: string,
  holds: (now: Received) => boolean,
  source = "camera",
): Promise<void> {
  let last: Received | undefined;
  await until(`${what} of ${peer}`, async () => {
    last = await received(on, peer, source);
    return last !== undefined && holds(last);
  }).catch(async (cause: unknown) => {
    const way = await wayOf(on).catch(String);
    throw new Error(`${what} of ${peer} in ${on.engine}: ${JSON.stringify(last)}, where ${way}`, { cause });
  });
}

/** How media go in that room, and what its page has of the forwarder; for the report of a failed test. */
const wayOf = ({ page }: TestPage): Promise<string> =>
  page.evaluate(async () => {
    const { events, forwarder } = await window.room.inspect();
    const { topology, passers, peers } = window.room;
    const facts = forwarder?.facts.filter(({ kind }) => kind !== "description" && kind !== "candidates");
    return JSON.stringify({
      topology,
      passers,
      links: [...peers.values()].map(({ id, name, link }) => `${id} ${name} ${link.state}`),
      ...(forwarder && { state: forwarder.state, now: forwarder.now, facts: facts?.slice(-12) }),
      events: events.slice(-12),
    }).slice(0, 6_000);
  });

/** Every picture that page sends, layer by layer, and why none is larger; for the report of a failed test. */
export const sendsOf = ({ page }: TestPage): Promise<string> =>
  page.evaluate(async () => {
    const layers: unknown[] = [];
    for (const connection of window.parlourTest.connections) {
      if (connection.connectionState === "closed") continue;
      for (const sender of connection.getSenders()) {
        if (sender.track?.kind !== "video") continue;
        const { encodings } = sender.getParameters();
        for (const report of (await sender.getStats()).values()) {
          if (report.type !== "outbound-rtp") continue;
          const { rid, active, frameHeight, framesSent, targetBitrate, qualityLimitationReason } = report;
          layers.push({ rid, active, frameHeight, framesSent, targetBitrate, qualityLimitationReason });
        }
        layers.push(...encodings.map(({ rid, active, maxBitrate }) => ({ set: rid, active, maxBitrate })));
      }
    }
    return JSON.stringify(layers);
  });

/** Waits until senders without a track send nothing: Firefox would send the last picture again each second. */
export const sendsOnlyTracks = ({ page, engine }: TestPage): Promise<unknown> =>
  until(`senders without a track to rest in ${engine}`, () =>
    page.evaluate(async () => {
      const sent = async (): Promise<number> => {
        let frames = 0;
        for (const connection of window.parlourTest.connections) {
          if (connection.connectionState === "closed") continue;
          for (const sender of connection.getSenders())
            if (sender.track === null)
              for (const report of (await sender.getStats()).values())
                if (report.type === "outbound-rtp") frames += report.framesSent ?? 0;
        }
        return frames;
      };
      const before = await sent();
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      return (await sent()) === before;
    }),
  );

/**
 * Waits until that page sends a picture that is so high. A browser starts with its smaller sizes and sends more when it believes that
 * its way and its processor carry it, which may take it long beside other work.
 */
export const sendsHigh = (on: TestPage, height: number): Promise<unknown> =>
  until(
    `a picture of ${height} lines from ${on.engine}`,
    () =>
      on.page.evaluate(async (wanted) => {
        const sent = async (): Promise<number> => {
          let frames = 0;
          for (const connection of window.parlourTest.connections) {
            if (connection.connectionState === "closed") continue;
            for (const report of (await connection.getStats()).values())
              if (report.type === "outbound-rtp" && report.frameHeight === wanted)
                frames += report.framesSent ?? 0;
          }
          return frames;
        };
        const before = await sent();
        await new Promise((resolve) => setTimeout(resolve, 500));
        return (await sent()) > before;
      }, height),
    120_000,
  );

/** Waits until a count moves on by so much, or until it stands still for a while. */
async function counts(
  on: TestPage,
  peer: string,
  kind: "audio" | "video",
  holds: (more: number) => boolean,
  what: string,
): Promise<void> {
  const now = async (): Promise<number> => {
    const seen = await received(on, peer);
    return (kind === "audio" ? seen?.audio.packets : seen?.video.frames) ?? 0;
  };
  let more = 0;
  await until(what, async () => {
    const before = await now();
    await on.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
    more = (await now()) - before;
    return holds(more);
  }).catch((cause: unknown) => {
    throw new Error(`${what} of ${peer} in ${on.engine}: ${more} in the last half second`, { cause });
  });
}
export const flows = (on: TestPage, peer: string, kind: "audio" | "video"): Promise<void> =>
  counts(on, peer, kind, (more) => more > 2, `${kind} that goes on`);
export const stops = (on: TestPage, peer: string, kind: "audio" | "video"): Promise<void> =>
  counts(on, peer, kind, (more) => more === 0, `${kind} that stopped`);
export const soundInHalfSecond = (
  on: TestPage,
  peer: string,
  holds: (packets: number) => boolean,
  what: string,
): Promise<void> => counts(on, peer, "audio", holds, what);
