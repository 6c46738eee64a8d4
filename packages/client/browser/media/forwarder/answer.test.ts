import { describe, expect, it } from "vitest";
import { withSealableFirst, withSilenceLeftOut } from "./answer.ts";

describe("a forwarder's answer", () => {
  it("[X77] silence is left out, by the answer's word for every Opus line and no other", () => {
    const sdp = [
      "m=audio 9 UDP/TLS/RTP/SAVPF 111 63",
      "a=rtpmap:111 opus/48000/2",
      "a=fmtp:111 minptime=10;useinbandfec=1",
      "a=rtpmap:63 red/48000/2",
      "a=fmtp:63 111/111",
      "",
    ].join("\r\n");
    const out = withSilenceLeftOut(sdp);
    expect(out).toBe(sdp.replace("a=fmtp:111 ", "a=fmtp:111 usedtx=1;"));
    expect(withSilenceLeftOut(out)).toBe(out);
  });

  it("[X183] where frames are sealed, what can be sealed is first, whatever the other side wants most; nothing is filtered", () => {
    const line = (...types: readonly number[]) =>
      [
        `m=video 9 UDP/TLS/RTP/SAVPF ${types.join(" ")}`,
        "a=mid:1",
        "a=rtpmap:103 H264/90000",
        "a=fmtp:103 profile-level-id=42e01f",
        "a=rtpmap:45 AV1/90000",
        "a=rtpmap:98 VP9/90000",
        "a=rtpmap:96 VP8/90000",
        "a=rtpmap:97 rtx/90000",
        "a=fmtp:97 apt=96",
        "",
      ].join("\r\n");
    const sound = ["m=audio 9 UDP/TLS/RTP/SAVPF 111 98", "a=rtpmap:111 opus/48000/2", ""].join("\r\n");
    const head = ["v=0", "a=group:BUNDLE 0 1", ""].join("\r\n");
    const out = withSealableFirst(head + sound + line(103, 45, 98, 96, 97) + line(96, 98, 103, 45, 97));
    expect(out).toBe(head + sound + line(96, 98, 103, 45, 97) + line(96, 98, 103, 45, 97));
    expect(withSealableFirst(line(103, 45))).toBe(line(103, 45));
  });
});
