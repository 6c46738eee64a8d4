import { proofOf } from "../../state/inspector/traffic.ts";
import { filled, told } from "../../words/inspector/words.ts";
import { spoken } from "../../words/words.ts";
import { causeOf } from "./cause.ts";
import type { InspectorProps } from "./inspector-view.tsx";

/** What is wrong with the link, from what that was concluded; and that its content does not pass the server. */
export function ProofTab({ inspector }: InspectorProps) {
  const { proof } = told();
  const [recording, link] = [inspector.recording.value, inspector.link.value];
  if (recording === undefined || link === undefined) return <p class="empty soft">{told().nobody}</p>;
  const { overServer, serverTotal, between } = proofOf(recording, link);
  const whole = new Intl.NumberFormat(spoken().code);
  const bytes = (count: number) => filled(proof.bytes, { bytes: whole.format(count) });
  const frames = (count: number, size: number) =>
    filled(proof.frames, { count: whole.format(count), bytes: whole.format(size) });
  return (
    <>
      <section class="inspector-block" aria-label={proof.diagnosis}>
        <h3>{proof.diagnosis}</h3>
        <p>{link.diagnosis === undefined ? proof.fine : causeOf(link.diagnosis)}</p>
        {(link.diagnosis?.side === "here" || link.diagnosis?.side === "there") && (
          <p class="soft small">{proof.side[link.diagnosis.side]}</p>
        )}
        {link.diagnosis !== undefined && (
          <details>
            <summary>{proof.evidence}</summary>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
            <pre class="bytes" tabIndex={0}>
              {JSON.stringify(link.diagnosis.evidence, undefined, 2)}
            </pre>
          </details>
        )}
      </section>
      <section class="inspector-block" aria-label={proof.title}>
        <h3>{proof.title}</h3>
        <p class="soft">{proof.meaning}</p>
        {link.path === "relayed" && <p class="soft">{proof.meaningRelay}</p>}
        <dl class="numbers inspector-numbers proof-sums">
          <div>
            <dt>{proof.direct}</dt>
            <dd>{bytes(between.bytesSent + between.bytesReceived)}</dd>
          </div>
          {overServer !== undefined && (
            <div>
              <dt>{proof.server}</dt>
              <dd>{bytes(serverTotal.bytesSent + serverTotal.bytesReceived)}</dd>
            </div>
          )}
        </dl>
        {overServer === undefined ? (
          <p class="soft small">
            {Object.keys(recording.signaling).length === 0 ? proof.unknown : proof.notConnected}
          </p>
        ) : overServer.length === 0 ? (
          <p class="soft small">{proof.nothing}</p>
        ) : (
          <div class="inspector-table">
            <table>
              <thead>
                <tr>
                  <th scope="col">{proof.kind}</th>
                  <th scope="col">{proof.out}</th>
                  <th scope="col">{proof.in}</th>
                </tr>
              </thead>
              <tbody>
                {overServer.map((line) => (
                  <tr key={line.kind}>
                    <td>
                      <code>{line.kind}</code> <span class="soft">{kindOf(line.kind)}</span>
                    </td>
                    <td>{frames(line.framesSent, line.bytesSent)}</td>
                    <td>{frames(line.framesReceived, line.bytesReceived)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </>
  );
}

function kindOf(kind: string): string {
  const { kinds } = told().proof;
  if (kind === "signal") return kinds.signal;
  return /^(?:say|said)/.test(kind) ? kinds.chat : kinds.other;
}

/** In the page's own words; a code of another version stands for itself. */
