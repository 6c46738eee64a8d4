/** What a page changes in a forwarder's answer before its browser takes it: what a browser sends goes by what the other side says it wants. */

/** Asks for silence not to be sent (RFC 7587, section 6.1, `usedtx`). */
export function withSilenceLeftOut(sdp: string): string {
  const types = [...sdp.matchAll(/^a=rtpmap:(\d+) opus\//gim)].map(([, type]) => type as string);
  return types.reduce((text, type) => {
    const line = new RegExp(`^(a=fmtp:${type} )(?!.*usedtx)(.*?)(\r?)$`, "gm");
    return text.replace(line, "$1usedtx=1;$2$3");
  }, sdp);
}

/** Most wanted first: what every browser has, then what all but old ones have. */
const sealable = ["VP8", "VP9"];

/**
 * Puts the codecs of pictures first whose frames can be sealed (spec/sealing.md): the first one is sent, and frames of another would
 * all be dropped. Reordered, never filtered: the answer has to fit the offer. The forwarder does the same, but whoever seals relies on nobody.
 */
export function withSealableFirst(sdp: string): string {
  return sdp
    .split(/^(?=m=)/m)
    .map((line) => {
      const rank = (type: string): number => {
        const name = new RegExp(`^a=rtpmap:${type} (\\w+)/`, "m").exec(line)?.[1] ?? "";
        const at = sealable.indexOf(name.toUpperCase());
        return at < 0 ? sealable.length : at;
      };
      return line.replace(
        /^(m=video \d+ \S+) (.*)/,
        (_, head: string, types: string) =>
          `${head} ${types
            .split(" ")
            .sort((a, b) => rank(a) - rank(b))
            .join(" ")}`,
      );
    })
    .join("");
}
