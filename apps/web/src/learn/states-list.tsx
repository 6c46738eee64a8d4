import type { Bench } from "./bench.ts";
import type { Peer, Side } from "./peer.ts";
import { say } from "./speech.ts";

interface StatesListProps {
  readonly bench: Bench;
  readonly side: Side;
}

/** Where a side's connection stands, live, and the candidates it has. */
export function StatesList({ bench, side }: StatesListProps) {
  // What a peer holds is no signal.
  void bench.version.value;
  const peer: Partial<Peer> = bench.peer(side);
  const { pair, isSocketOpen } = bench.shown(side).value;
  const words = say();
  const { states, candidates } = words;
  const { connection, channel } = peer;
  const rows = [
    [states.socket, isSocketOpen ? states.open : states.closed],
    [states.signaling, connection?.signalingState],
    [states.gathering, connection?.iceGatheringState],
    [states.ice, connection?.iceConnectionState],
    [states.dtls, connection?.sctp?.transport.state],
    [states.connection, connection?.connectionState],
    [states.channel, channel?.readyState],
  ] as const;
  const own = peer.candidates ?? [];
  const waiting = peer.waiting?.length ?? 0;
  return (
    <>
      <dl class="learn-states" aria-label={states.title}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value ?? states.none}</dd>
          </div>
        ))}
        {pair !== undefined && (
          <div class="wide">
            <dt>{candidates.pair}</dt>
            <dd>
              {candidates.pairText(pair.local, pair.remote, pair.protocol)}
              <br />
              <code>{pair.ends}</code>
            </dd>
          </div>
        )}
      </dl>
      {waiting > 0 && <p class="learn-waiting">{candidates.waiting(waiting)}</p>}
      {own.length > 0 && (
        <details class="learn-candidates">
          <summary>{candidates.own(own.length)}</summary>
          <table>
            <thead>
              <tr>
                <th scope="col">{candidates.kind}</th>
                <th scope="col">{candidates.protocol}</th>
                <th scope="col">{candidates.address}</th>
              </tr>
            </thead>
            <tbody>
              {own.map(({ candidate, type, protocol, address, port }) => (
                <tr key={candidate}>
                  <td>{type}</td>
                  <td>{protocol}</td>
                  <td>
                    <code>
                      {address}:{port}
                    </code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </>
  );
}
