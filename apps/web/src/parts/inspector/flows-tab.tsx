import { flowsOf, type PlaceRow, type SentRow } from "../../state/inspector/flows.ts";
import { filled, told } from "../../words/inspector/words.ts";
import { spoken } from "../../words/words.ts";
import { formats } from "./formats.ts";
import type { InspectorProps } from "./inspector-view.tsx";
import { Table } from "./table.tsx";

/** What goes over the forwarder now: what is sent to it, what is in its places, and what it says of this page. */
export function FlowsTab({ inspector }: InspectorProps) {
  const { flows } = told();
  const [recording, link] = [inspector.recording.value, inspector.link.value];
  if (recording === undefined || link === undefined) return <p class="empty soft">{told().nobody}</p>;
  const { places, sends } = flowsOf(recording, link);
  const said = link.forwarder?.said;
  const format = formats();
  return (
    <>
      <section class="inspector-block" aria-label={flows.places}>
        <h3>{flows.places}</h3>
        <p class="soft small">{flows.placesMeaning}</p>
        <Places rows={places} />
      </section>
      <section class="inspector-block" aria-label={flows.sends}>
        <h3>{flows.sends}</h3>
        <p class="soft small">{flows.sendsMeaning}</p>
        <Sent rows={sends} />
      </section>
      <section class="inspector-block" aria-label={flows.said}>
        <h3>{flows.said}</h3>
        {said === undefined ? (
          <p>{flows.unsaid}</p>
        ) : (
          <>
            <p class="soft small">{flows.saidMeaning}</p>
            <dl class="numbers inspector-numbers">
              <div>
                <dt>{flows.downlink}</dt>
                <dd>{format.rate(said.downlinkBits)}</dd>
              </div>
              <div>
                <dt>{flows.lost}</dt>
                <dd>{format.percent(said.lossShare)}</dd>
              </div>
              <div>
                <dt>{flows.roundTrip}</dt>
                <dd>{said.roundTripMs === undefined ? "?" : format.ms(said.roundTripMs)}</dd>
              </div>
              <div>
                <dt>{flows.resent}</dt>
                <dd>{new Intl.NumberFormat(spoken().code).format(said.resent)}</dd>
              </div>
            </dl>
          </>
        )}
      </section>
    </>
  );
}

const mediaOf = (media: string): string => (media === "video" ? told().media.video : told().media.audio);

function Places({ rows }: { readonly rows: readonly PlaceRow[] }) {
  const { flows } = told();
  const { columns } = flows;
  const format = formats();
  if (rows.length === 0) return <p>{flows.none}</p>;
  return (
    <Table
      label={flows.places}
      heads={[columns.line, columns.media, columns.what, columns.layer, columns.height, columns.rate]}
    >
      {rows.map(({ mid, media, who, source, layer, layers, height, bits }) => (
        <tr key={mid}>
          <td>{mid}</td>
          <td>{mediaOf(media)}</td>
          <td>{who === undefined ? <span class="soft">{flows.empty}</span> : `${who}, ${source}`}</td>
          <td>{layer === undefined ? "" : filled(flows.layerOf, { layer, layers })}</td>
          <td>{height === undefined ? "" : format.pixels(height)}</td>
          <td>{bits === undefined ? "" : format.rate(bits)}</td>
        </tr>
      ))}
    </Table>
  );
}

function Sent({ rows }: { readonly rows: readonly SentRow[] }) {
  const { flows } = told();
  const { columns } = flows;
  const format = formats();
  if (rows.length === 0) return <p>{flows.none}</p>;
  return (
    <Table
      label={flows.sends}
      heads={[columns.line, columns.media, columns.source, columns.layer, columns.height, columns.rate]}
    >
      {rows.map(({ mid, media, source, rid, height, bits }) => (
        <tr key={`${mid} ${rid}`}>
          <td>{mid}</td>
          <td>{mediaOf(media)}</td>
          <td>{source}</td>
          <td>
            <code>{rid}</code>
          </td>
          <td>{height === undefined ? "" : format.pixels(height)}</td>
          <td>{bits === undefined ? "" : format.rate(bits)}</td>
        </tr>
      ))}
    </Table>
  );
}
