import type { Page } from "puppeteer-core";
import type { UdpProxy } from "../../packages/testkit/node/index.ts";

/** Candidates go through the proxy, in whatever connection the page makes. */
export async function throughProxy(page: Page, proxy: UdpProxy, side: "a" | "b"): Promise<void> {
  await page.exposeFunction("mapCandidate", (candidate: string) => proxy.candidate(candidate, side) ?? "");
  await page.exposeFunction("mapDescription", (sdp: string) => proxy.description(sdp, side));
  await page.evaluateOnNewDocument(() => {
    const scope = window as unknown as {
      mapCandidate(candidate: string): Promise<string>;
      mapDescription(sdp: string): Promise<string>;
    };
    const { addIceCandidate, setRemoteDescription } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.addIceCandidate = async function (
      this: RTCPeerConnection,
      given?: RTCIceCandidateInit | null,
    ) {
      if (!given?.candidate) return Reflect.apply(addIceCandidate, this, [given ?? undefined]);
      const candidate = await scope.mapCandidate(given.candidate);
      const init = "toJSON" in given ? (given as RTCIceCandidate).toJSON() : given;
      if (candidate) await Reflect.apply(addIceCandidate, this, [{ ...init, candidate }]);
    } as typeof addIceCandidate;
    RTCPeerConnection.prototype.setRemoteDescription = async function (
      this: RTCPeerConnection,
      given: RTCSessionDescriptionInit,
    ) {
      const sdp = await scope.mapDescription(given.sdp ?? "");
      return Reflect.apply(setRemoteDescription, this, [{ type: given.type, sdp }]);
    } as typeof setRemoteDescription;
  });
}
