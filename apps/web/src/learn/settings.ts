/** What a learner may set before a connection and a channel are made. */
export interface Settings {
  /** As JSON, as it goes into the configuration. */
  readonly iceServers: string;
  /** Off: no ICE server at all, whatever stands above. */
  readonly withServers: boolean;
  readonly policy: RTCIceTransportPolicy;
  readonly channel: { readonly ordered: boolean; readonly maxRetransmits?: number };
  /** The relay of this server is bad on purpose. */
  readonly isBad: boolean;
}

export const defaultSettings: Settings = {
  iceServers: "[]",
  withServers: true,
  policy: "all",
  channel: { ordered: true },
  isBad: false,
};

/** @throws SyntaxError when the ICE servers are no JSON */
export function configurationOf({ iceServers, withServers, policy }: Settings): RTCConfiguration {
  const servers = withServers ? (JSON.parse(iceServers) as RTCIceServer[]) : [];
  return { iceServers: servers, iceTransportPolicy: policy };
}

/** Credentials of a relay that loses and delays packets on purpose say so (docs/turn.md). */
export function isLab(iceServers: readonly RTCIceServer[]): boolean {
  return iceServers.some(({ username }) => /^\d+:lab;/.test(username ?? ""));
}
