import { type Gauges, gauge, loss, type Points, rate, type Sample } from "@parlour/client/inspect";
import { filled, told } from "../../words/inspector/words.ts";
import { Chart } from "./chart.tsx";
import { formats } from "./formats.ts";
import type { InspectorProps } from "./inspector-view.tsx";

/** Live figures: of the link, of each track, of each channel. */
export function ChartsTab({ inspector }: InspectorProps) {
  const { charts, media } = told();
  const samples = inspector.link.value?.samples ?? [];
  const last = samples.at(-1);
  if (last === undefined) return <p class="empty soft">{charts.none}</p>;
  const seconds = (last.at - (samples[0]?.at ?? last.at)) / 1000;
  const format = formats();
  const show = (title: string, points: Points, kind: keyof typeof format) => (
    <Chart key={title} title={title} points={points} seconds={seconds} format={format[kind]} />
  );
  const bits = (pick: (sample: Sample) => number | undefined): Points =>
    rate(samples, pick).map((bytes) => bytes && bytes * 8);
  const link = (name: string) => (sample: Sample) => sample.link[name];
  return (
    <>
      {inspector.opened.value === undefined && <p class="soft small">{charts.paused}</p>}
      <section class="inspector-block" aria-label={charts.link}>
        <h3>{charts.link}</h3>
        <div class="charts">
          {show(charts.received, bits(link("bytesReceived")), "rate")}
          {show(charts.sent, bits(link("bytesSent")), "rate")}
          {show(charts.roundTrip, gauge(samples, link("roundTripMs")), "ms")}
          {show(charts.available, gauge(samples, link("availableOut")), "rate")}
        </div>
      </section>
      {Object.keys(last.tracks).map((name) => {
        const [way, kind = "", mid = ""] = name.split(" ");
        const title = filled(charts.track, {
          media: kind === "video" ? media.video : media.audio,
          way: way === "in" ? charts.in : charts.out,
          mid,
        });
        const of = (key: string) => (sample: Sample) => sample.tracks[name]?.[key];
        const limit = last.limits[name];
        return (
          <section key={name} class="inspector-block" aria-label={title}>
            <h3>{title}</h3>
            {limit !== undefined && kind === "video" && (
              <p class="small">
                {filled(charts.limit, {
                  reason: Object.hasOwn(charts.limits, limit)
                    ? charts.limits[limit as keyof typeof charts.limits]
                    : limit,
                })}
              </p>
            )}
            <div class="charts">
              {show(way === "in" ? charts.received : charts.sent, bits(of("bytes")), "rate")}
              {way === "in" && show(charts.loss, loss(samples, name), "percent")}
              {way === "out" && show(charts.farLoss, gauge(samples, of("farLoss")), "percent")}
              {show(charts.jitter, gauge(samples, of(way === "in" ? "jitterMs" : "farJitterMs")), "ms")}
              {way === "out" && show(charts.roundTrip, gauge(samples, of("roundTripMs")), "ms")}
              {kind === "video" && show(charts.frames, rate(samples, of("frames")), "plain")}
              {kind === "video" && show(charts.height, gauge(samples, of("height")), "pixels")}
            </div>
          </section>
        );
      })}
      {Object.entries(last.channels).map(([label, now]) => (
        <Channel key={label} label={label} now={now} samples={samples} show={show} bits={bits} />
      ))}
    </>
  );
}

interface ChannelProps {
  readonly label: string;
  readonly now: Gauges;
  readonly samples: readonly Sample[];
  readonly show: (title: string, points: Points, kind: "rate" | "bytes") => preact.JSX.Element;
  readonly bits: (pick: (sample: Sample) => number | undefined) => Points;
}

function Channel({ label, samples, show, bits }: ChannelProps) {
  const { charts } = told();
  const title = filled(charts.channel, { label });
  const of = (key: string) => (sample: Sample) => sample.channels[label]?.[key];
  return (
    <section class="inspector-block" aria-label={title}>
      <h3>{title}</h3>
      <div class="charts">
        {show(charts.received, bits(of("bytesReceived")), "rate")}
        {show(charts.sent, bits(of("bytesSent")), "rate")}
        {show(charts.buffered, gauge(samples, of("bufferedAmount")), "bytes")}
      </div>
    </section>
  );
}
