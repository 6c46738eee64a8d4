import type { Certificates } from "./identity.ts";

/** The browser's own certificates. */
export const browserCertificates: Certificates = {
  make: () =>
    RTCPeerConnection.generateCertificate({ name: "ECDSA", namedCurve: "P-256" } as AlgorithmIdentifier),
  async fingerprint(certificate) {
    const listed = certificate.getFingerprints?.().find(({ algorithm }) => algorithm === "sha-256")?.value;
    if (listed !== undefined) return `sha-256 ${listed.toUpperCase()}`;
    // Firefox could not list them for long, but writes them into every description.
    const connection = new RTCPeerConnection({ certificates: [certificate] });
    connection.createDataChannel("");
    const { sdp } = await connection.createOffer();
    connection.close();
    return /^a=fingerprint:(sha-256 \S+)/m.exec(sdp ?? "")?.[1] ?? "";
  },
};
