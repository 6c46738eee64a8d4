import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sdp } from "./recorded.fixture.ts";
import { agreements, differences, readSdp } from "./sdp.ts";

const text = (lines: readonly string[]) => lines.join("\r\n");
const line = (one: string) =>
  readSdp(text(["v=0", "m=video 9 X 96", "a=rtpmap:96 VP8/90000", one]))[1]?.lines.at(-1);

describe("a session description", () => {
  it("[I6] is taken apart into the session and its media, with their names and directions", () => {
    expect(
      readSdp(sdp("abcd")).map(({ kind, mid, direction, isRefused }) => [kind, mid, direction, isRefused]),
    ).toEqual([
      ["session", undefined, "sendrecv", false],
      ["audio", "0", "sendrecv", false],
      ["application", "1", "sendrecv", false],
    ]);
    const refused = ["v=0", "m=audio 0 X 0", "a=recvonly", "m=video 0 X 96", "a=bundle-only"];
    expect(readSdp(text(refused)).map(({ isRefused, direction }) => `${isRefused} ${direction}`)).toEqual([
      "false sendrecv",
      "true recvonly",
      "false sendrecv",
    ]);
  });

  it.each([
    ["a=sendonly", "a:direction", { direction: "sendonly" }, "RFC 8866 §6.7"],
    ["a=rtpmap:97 rtx/90000", "a:rtpmap", { codec: "rtx", rate: "90000" }, "RFC 8866 §6.6"],
    ["a=fmtp:96 max-fr=30", "a:fmtp", { codec: "VP8", parameters: "max-fr=30" }, "RFC 8866 §6.15"],
    ["a=rtcp-fb:96 nack pli", "a:rtcp-fb", { codec: "VP8", feedback: "nack pli" }, "RFC 4585"],
    ["a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid", "a:extmap", { about: "mid", id: "4" }, "RFC 8285"],
    ["a=extmap:9 http://example.org/x", "a:extmap", { about: "other" }, "RFC 8285"],
    ["a=setup:active", "a:setup", { role: "active" }, "RFC 8842"],
    ["a=fingerprint:sha-256 AB:CD", "a:fingerprint", { hash: "sha-256" }, "RFC 8122"],
    ["a=candidate:1 1 udp 5 10.0.0.1 9 typ host", "a:candidate", { type: "host", port: "9" }, "RFC 8839"],
    ["a=sctp-port:5000", "a:sctp-port", { value: "5000" }, "RFC 8841"],
    ["a=group:BUNDLE 0 1", "a:group", { kind: "BUNDLE", mids: "0 1" }, "RFC 9143"],
    ["c=IN IP4 0.0.0.0", "c", { address: "0.0.0.0" }, "RFC 8866"],
    ["a=what:ever", "a:?", { name: "what" }, ""],
    ["a=constructor:x", "a:?", { name: "constructor" }, ""],
    ["nonsense", "?", {}, ""],
  ])("[I6] explains %s", (one, topic, values, source) => {
    expect(line(one)).toMatchObject({ text: one, topic, values, source: expect.stringContaining(source) });
  });

  it("[I6] may be anything", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.array(fc.string({ maxLength: 40 })), (one, more) => {
        const given = [one, ...more.map((part) => `a=${part}`)].join("\n");
        const sections = readSdp(given);
        const lines = given.split(/\r?\n/).filter((found) => found !== "");
        expect(sections.flatMap((section) => section.lines.map((found) => found.text))).toEqual(lines);
        expect(differences(sections, readSdp(one))).toHaveLength(sections.length);
      }),
    );
  });

  it("[I7] is compared with the other, line by line", () => {
    const offer = [
      "v=0",
      "m=audio 9 X 111 0",
      "a=mid:0",
      "a=ice-ufrag:a",
      "a=setup:actpass",
      "a=rtpmap:111 opus/48000/2",
      "a=rtpmap:0 PCMU/8000",
      "a=sendrecv",
    ];
    const answer = [
      "v=0",
      "m=audio 9 X 111",
      "a=mid:0",
      "a=ice-ufrag:b",
      "a=setup:active",
      "a=rtpmap:111 opus/48000/2",
      "a=recvonly",
    ];
    expect(differences(readSdp(text(offer)), readSdp(text(answer)))).toEqual([
      ["same"],
      ["changed", "same", "own", "changed", "same", "only", "changed"],
    ]);
    expect(differences(readSdp(text(offer)), [])[1]).toContain("only");
  });

  it("[I7] agrees with the other on what both allow", () => {
    const part = (direction: string, port = "9", codec = "VP8") => [
      `m=video ${port} X 96`,
      "a=mid:0",
      `a=rtpmap:96 ${codec}/90000`,
      `a=${direction}`,
    ];
    const agreed = (ours: readonly string[], theirs: readonly string[]) =>
      agreements(readSdp(text(["v=0", ...ours])), readSdp(text(["v=0", ...theirs]))).map(
        ({ weSend, theySend, isRefused, codecs }) => [weSend, theySend, isRefused, ...codecs],
      );
    expect(agreed(part("sendrecv"), part("sendrecv"))).toEqual([[true, true, false, "VP8"]]);
    expect(agreed(part("sendrecv"), part("recvonly"))).toEqual([[true, false, false, "VP8"]]);
    expect(agreed(part("recvonly"), part("sendonly"))).toEqual([[false, true, false, "VP8"]]);
    expect(agreed(part("sendrecv"), part("inactive"))).toEqual([[false, false, false, "VP8"]]);
    expect(agreed(part("sendrecv"), part("sendrecv", "0", "AV1"))).toEqual([[false, false, true]]);
    expect(agreed(part("sendrecv"), [])).toEqual([[false, false, true]]);
  });
});
