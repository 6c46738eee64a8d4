import {
  type CandidateRow,
  candidateRows,
  endpointText,
  isControlling,
  type LinkRecording,
  ownAddresses,
  type PairRow,
  pairRows,
} from "@parlour/client/inspect";
import { filled, told } from "../../words/inspector/words.ts";
import { spoken } from "../../words/words.ts";
import type { InspectorProps } from "./inspector-view.tsx";
import { Table } from "./table.tsx";

/** Addresses: in use, the own ones, candidates, pairs, and what carries the channels. */
export function WaysTab({ inspector }: InspectorProps) {
  const { ways } = told();
  const link = inspector.link.value;
  if (link === undefined) return <p class="empty soft">{told().nobody}</p>;
  const candidates = candidateRows(link.facts, link.stats);
  const pairs = pairRows(link.facts, link.stats);
  const own = ownAddresses(candidates, link.servers, link.stats);
  const used = endsInUse(link, pairs);
  const controls = isControlling(link.facts, link.stats);
  const list = (all: readonly string[]) => (all.length === 0 ? ways.none : all.join(", "));
  return (
    <>
      <section class="inspector-block" aria-label={ways.inUse}>
        <h3>{ways.inUse}</h3>
        {used === undefined ? (
          <p>{ways.inUseNone}</p>
        ) : (
          <>
            <p>
              <code>{filled(ways.fiveTuple, used)}</code>
            </p>
            <p class="soft small">{ways.fiveTupleMeaning}</p>
          </>
        )}
        <dl class="numbers inspector-numbers">
          <div>
            <dt>{ways.own}</dt>
            <dd>{list(own.own)}</dd>
          </div>
          <div>
            <dt>{ways.seen}</dt>
            <dd>{list(own.seen)}</dd>
          </div>
          <div>
            <dt>{ways.relayed}</dt>
            <dd>{list(own.relayed)}</dd>
          </div>
          <div>
            <dt>{ways.servers}</dt>
            <dd>{list(link.servers)}</dd>
          </div>
        </dl>
        <h4>{ways.nat}</h4>
        <p>
          {ways.nats[own.guess.kind]} <span class="soft small">{ways.natCaution}</span>
        </p>
      </section>
      <section class="inspector-block" aria-label={ways.candidates}>
        <h3>{ways.candidates}</h3>
        <Candidates rows={candidates} from={inspector.story.value.from} />
        <p class="soft small">{ways.priorityFormula}</p>
      </section>
      <section class="inspector-block" aria-label={ways.pairs}>
        <h3>{ways.pairs}</h3>
        <Pairs rows={pairs} />
        {controls !== undefined && <p class="small">{controls ? ways.controlling : ways.controlled}</p>}
        <p class="soft small">{ways.pairFormula}</p>
      </section>
      <Channels link={link} />
      <section class="inspector-block" aria-label={ways.browserPage}>
        <h3>{ways.browserPage}</h3>
        <p>
          <code>{browserPage(navigator.userAgent)}</code>
        </p>
        <p class="soft small">{ways.browserPageMeaning}</p>
      </section>
    </>
  );
}

/** Where browsers show what they record themselves. */
function browserPage(agent: string): string {
  if (/Firefox\//.test(agent)) return "about:webrtc";
  return /Edg\//.test(agent) ? "edge://webrtc-internals" : "chrome://webrtc-internals";
}

/** By the statistics, or by what was written down when they were looked at. */
function endsInUse(
  { facts }: LinkRecording,
  pairs: readonly PairRow[],
): { readonly protocol: string; readonly local: string; readonly remote: string } | undefined {
  const selected = pairs.find(({ isSelected }) => isSelected);
  if (selected !== undefined) return selected;
  const fact = facts.findLast(({ kind }) => kind === "pair" || kind === "connection");
  if (fact?.kind !== "pair") return undefined;
  const { local, remote } = fact;
  return {
    protocol: local.relayProtocol ?? local.protocol,
    local: endpointText(local.address, local.port),
    remote: endpointText(remote.address, remote.port),
  };
}

function Candidates({ rows, from }: { readonly rows: readonly CandidateRow[]; readonly from: number }) {
  const words = told();
  const { ways, sdp } = words;
  const { columns } = ways;
  const whole = new Intl.NumberFormat(spoken().code);
  const kind = (type: string) =>
    Object.hasOwn(ways.kinds, type) ? ways.kinds[type as keyof typeof ways.kinds] : type;
  const finder = ({ side, type, url }: CandidateRow) =>
    side === "remote" ? ways.theOther : (url ?? (type === "host" ? ways.ourselves : "STUN/TURN"));
  const heads = [
    columns.side,
    columns.kind,
    columns.protocol,
    columns.address,
    columns.priority,
    columns.foundBy,
    columns.after,
  ];
  return (
    <Table label={ways.candidates} heads={heads}>
      {rows.map((row) => (
        <tr key={`${row.side} ${row.type} ${row.protocol} ${row.address} ${row.port} ${row.relatedPort}`}>
          <td>{sdp[row.side]}</td>
          <td>{kind(row.type)}</td>
          <td>{row.tcpType === undefined ? row.protocol : `${row.protocol} ${row.tcpType}`}</td>
          <td>
            <code>{endpointText(row.address, row.port)}</code>
          </td>
          <td>
            {whole.format(row.priority)}
            <br />
            <span class="soft">
              {filled(ways.parts, {
                type: row.parts.typePreference,
                local: row.parts.localPreference,
                component: row.parts.component,
              })}
            </span>
          </td>
          <td>{finder(row)}</td>
          <td>{`${row.at - from} ms`}</td>
        </tr>
      ))}
    </Table>
  );
}

function Pairs({ rows }: { readonly rows: readonly PairRow[] }) {
  const { ways, sdp } = told();
  const { columns } = ways;
  const heads = [
    columns.state,
    sdp.local,
    sdp.remote,
    columns.protocol,
    columns.priority,
    columns.checks,
    columns.roundTrip,
  ];
  return (
    <Table label={ways.pairs} heads={heads}>
      {rows.map((row) => (
        <tr key={row.id} class={row.isSelected ? "chosen" : ""}>
          <td>
            {row.state}
            {row.isSelected ? `, ${ways.chosen}` : row.isNominated ? `, ${ways.nominated}` : ""}
          </td>
          <td>
            <code>{row.local}</code> <span class="soft">{row.localType}</span>
          </td>
          <td>
            <code>{row.remote}</code> <span class="soft">{row.remoteType}</span>
          </td>
          <td>{row.protocol}</td>
          <td>{row.priority ?? "?"}</td>
          <td>{filled(ways.answered, { answered: row.responsesReceived, asked: row.requestsSent })}</td>
          <td>{row.rttMs === undefined ? "" : `${row.rttMs} ms`}</td>
        </tr>
      ))}
    </Table>
  );
}

function Channels({ link: { sctp, channels } }: { readonly link: LinkRecording }) {
  const { ways } = told();
  const whole = new Intl.NumberFormat(spoken().code);
  return (
    <section class="inspector-block" aria-label={ways.channels}>
      <h3>{ways.channels}</h3>
      <p>
        {sctp === undefined
          ? ways.sctpNone
          : filled(ways.sctp, {
              state: sctp.state,
              bytes: sctp.maxMessageSize === 0 ? ways.sctpAny : whole.format(sctp.maxMessageSize),
              channels: sctp.maxChannels === null ? "?" : whole.format(sctp.maxChannels),
            })}
      </p>
      <ul class="agreed">
        {channels.map(({ label, id, state, isOrdered, maxRetransmits, bufferedAmount }) => (
          <li key={`${label} ${id}`}>
            {filled(ways.channel, {
              label,
              id: id ?? "?",
              state,
              order: isOrdered ? ways.ordered : ways.unordered,
              repeat:
                maxRetransmits === null ? ways.reliable : filled(ways.retransmits, { count: maxRetransmits }),
              buffered: whole.format(bufferedAmount),
            })}
          </li>
        ))}
      </ul>
    </section>
  );
}
