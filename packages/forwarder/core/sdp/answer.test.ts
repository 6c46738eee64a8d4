import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type AnswerSetup, answerOffer } from "./answer.ts";
import { readDescription } from "./lines.ts";
import { type Offer, type Refusal, readOffer, type Sends } from "./offer.ts";

/** Offers of real browsers: sound and a camera in three layers that they send, and a place for each that they receive. */
const recorded = (name: string): string =>
  readFileSync(new URL(`./recorded/${name}.sdp`, import.meta.url), "utf8");
const browsers = ["chromium-156", "firefox-153"];
const sends: Sends = { 0: { source: "camera", kind: "audio" }, 1: { source: "camera", kind: "video" } };
const fingerprint = `sha-256 ${Array(32).fill("AB").join(":")}`;

const setup = (change: Partial<AnswerSetup> = {}): AnswerSetup => ({
  local: {
    ufrag: "abcdefgh",
    password: "p".repeat(24),
    fingerprint,
    candidates: [
      { address: "203.0.113.5", port: 7000 },
      { address: "2001:db8::5", port: 7000 },
    ],
  },
  version: 1,
  session: 4711,
  ssrcOf: (mid) => 1000 + Number(mid),
  withTransportCc: false,
  ...change,
});

const taken = (offer: Offer | Refusal): Offer => {
  if ("code" in offer) throw new Error(offer.detail);
  return offer;
};
const answered = (sdp: string, from: Sends = sends, change: Partial<AnswerSetup> = {}) => {
  const answer = answerOffer(taken(readOffer(sdp, from)), setup(change));
  if ("code" in answer) throw new Error(answer.detail);
  const description = readDescription(answer.sdp);
  if (description === undefined) throw new Error("The answer is no description.");
  return { ...answer, description };
};
const refusal = (sdp: string, from: Sends = sends): string => {
  const offer = readOffer(sdp, from);
  if ("code" in offer) return offer.code;
  const answer = answerOffer(offer, setup());
  return "code" in answer ? answer.code : "taken";
};

describe.each(browsers)("an offer of %s", (browser) => {
  const offer = recorded(browser);

  it("[X30] is answered as ICE-lite and DTLS-passive, in one bundle, with where this page reaches us", () => {
    const { sdp, description } = answered(offer);
    expect(sdp).toContain("\r\na=ice-lite\r\n");
    expect(description.bundled).toEqual(["0", "1", "2", "3"]);
    expect(sdp.match(/a=candidate:.*/g)).toEqual([
      "a=candidate:1 1 udp 2130706431 203.0.113.5 7000 typ host",
      "a=candidate:2 1 udp 2130706175 2001:db8::5 7000 typ host",
    ]);
    for (const line of description.media) {
      expect(line).toMatchObject({
        protocol: "UDP/TLS/RTP/SAVPF",
        isRtcpMuxed: true,
        setup: "passive",
        ufrag: "abcdefgh",
        fingerprints: [fingerprint],
      });
    }
    expect(description.media.map(({ direction }) => direction)).toEqual([
      "recvonly",
      "recvonly",
      "sendonly",
      "sendonly",
    ]);
  });

  it("[X31] gets its codecs back reordered: VP8, VP9, H264, the others; Opus first; nothing that packs media another way", () => {
    const { lines, description } = answered(offer);
    const offeredNames = readDescription(offer)?.media.map(
      ({ codecs }) => new Set(codecs.map(({ name }) => name)),
    );
    for (const [index, { codecs }] of description.media.entries()) {
      const names = codecs.map(({ name }) => name);
      expect(names[0]).toBe(index % 2 === 0 ? "opus" : "VP8");
      if (index % 2 === 1) expect(names[1]).toBe("VP9");
      for (const name of ["rtx", "red", "ulpfec", "flexfec-03"]) expect(names).not.toContain(name);
      for (const name of ["VP8", "VP9", "H264", "AV1", "PCMU"])
        expect(names.includes(name)).toBe(offeredNames?.[index]?.has(name));
    }
    const [camera] = lines.sends.filter(({ kind }) => kind === "video");
    expect(camera?.codecs[0]).toMatchObject({ name: "VP8", clockRate: 90_000 });
    const feedback = description.media[1]?.codecs[0]?.feedback.toSorted();
    expect(feedback).toEqual(["ccm fir", "goog-remb", "nack", "nack pli"]);
  });

  it("[X32] says which layers come, and where what is received will come from", () => {
    const { sdp, lines } = answered(offer);
    expect(sdp).toContain("a=rid:q recv\r\na=rid:h recv\r\na=rid:f recv\r\na=simulcast:recv q;h;f");
    expect(lines.sends).toMatchObject([
      { mid: "0", source: "camera", kind: "audio", rids: [] },
      { mid: "1", source: "camera", kind: "video", rids: ["q", "h", "f"] },
    ]);
    expect(lines.receives).toMatchObject([
      { mid: "2", kind: "audio", ssrc: 1002 },
      { mid: "3", kind: "video", ssrc: 1003 },
    ]);
    expect(sdp).toContain("a=ssrc:1003 cname:parlour");
    expect(sdp).toContain("a=msid:place-3 place-3");
  });

  it("[X33] keeps the header extensions that a forwarder reads or writes, under the ids of the offer", () => {
    const { lines, description } = answered(offer, sends, { withTransportCc: true });
    const offeredUris = new Map(
      readDescription(offer)?.media.flatMap(({ extensions }) =>
        extensions.map(({ uri, id }) => [uri, id] as const),
      ),
    );
    expect(Object.keys(lines.extensions).toSorted()).toEqual([
      "absoluteSendTime",
      "audioLevel",
      "mid",
      "repairedRid",
      "rid",
      "transportSequenceNumber",
    ]);
    for (const { extensions } of description.media)
      for (const { uri, id } of extensions) expect(offeredUris.get(uri)).toBe(id);
    expect(answered(offer).lines.extensions).not.toHaveProperty("transportSequenceNumber");
    expect(answered(offer).sdp).not.toContain("transport-wide-cc");
  });

  it("[X34] is taken again with lines added, stopped and used anew", () => {
    const added = answered(offer, sends, { version: 2 });
    const stopped = offer
      .replace(/m=video \d+([\s\S]*?)a=mid:1\r\n/, "m=video 0$1a=mid:1\r\n")
      .replace("BUNDLE 0 1 2 3", "BUNDLE 0 2 3");
    const less = answered(stopped, { 0: { source: "camera", kind: "audio" } }, { version: 3 });
    expect(less.description.media.map(({ port }) => port)).toEqual([9, 0, 9, 9]);
    expect(less.description.bundled).toEqual(["0", "2", "3"]);
    expect(less.lines.sends.map(({ mid }) => mid)).toEqual(["0"]);
    const anew = offer.replace("a=mid:1\r\n", "a=mid:7\r\n").replace("BUNDLE 0 1 2 3", "BUNDLE 0 7 2 3");
    const again = answered(anew, { ...sends, 7: { source: "screen", kind: "video" } }, { version: 4 });
    expect(again.lines.sends.map(({ mid, source }) => [mid, source])).toEqual([
      ["0", "camera"],
      ["7", "screen"],
    ]);
    expect(again.lines.receives).toEqual(added.lines.receives);
    expect(again.sdp).toContain("o=- 4711 4 IN");
  });

  it("[X35] is refused with a code when it can't be taken", () => {
    expect(refusal("hello")).toBe("bad-offer");
    expect(refusal(offer.replaceAll("VP8", "VP7"))).toBe("no-common-codec");
    expect(refusal(offer.replaceAll("opus", "speex"))).toBe("no-common-codec");
    expect(refusal(offer.replaceAll("a=setup:actpass", "a=setup:passive"))).toBe("bad-offer");
    expect(refusal(offer.replaceAll("sha-256", "md5"))).toBe("bad-offer");
    expect(refusal(offer.replaceAll("a=rtcp-mux\r\n", ""))).toBe("bad-offer");
    expect(refusal(offer.replaceAll(/a=ice-pwd:.*\r\n/g, ""))).toBe("bad-offer");
    expect(refusal(offer.replaceAll("a=mid:1\r\n", "a=mid:0\r\n"))).toBe("bad-offer");
    expect(refusal(offer, { 0: { source: "camera", kind: "video" } })).toBe("bad-offer");
    const line = offer.slice(offer.lastIndexOf("m=video"));
    expect(refusal(offer + line.repeat(93))).toBe("too-many");
  });
});

it("[X35] whatever an offer is made of, reading it ends with an answer or a code", () => {
  const offer = recorded("chromium-156");
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed % below;
  };
  const lines = offer.split("\r\n");
  for (let round = 0; round < 400; round++) {
    const changed = [...lines];
    for (let i = 0; i < 1 + random(6); i++) {
      const at = random(changed.length);
      const line = changed[at] ?? "";
      const cut = random(line.length + 1);
      const edits = [
        () => changed.splice(at, 1),
        () => changed.splice(at, 0, lines[random(lines.length)] ?? ""),
        () => changed.splice(at, 1, line.slice(0, cut)),
        () =>
          changed.splice(at, 1, line.slice(0, cut) + String.fromCharCode(random(0x3000)) + line.slice(cut)),
      ];
      edits[random(edits.length)]?.();
    }
    expect(refusal(changed.join("\r\n"))).toMatch(/^(taken|bad-offer|no-common-codec|too-many)$/);
  }
});
