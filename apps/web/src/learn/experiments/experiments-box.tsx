import { useSignal } from "@preact/signals";
import type { Bench } from "../bench.ts";
import { say } from "../speech.ts";
import { type ExperimentId, experimentOf, experiments } from "./experiments.ts";
import type { Player } from "./player.ts";

interface ExperimentsBoxProps {
  readonly bench: Bench;
  readonly player: Player;
}

/** A choice of experiments: what to watch, run it all, or set it up and press the steps. */
export function ExperimentsBox({ bench, player }: ExperimentsBoxProps) {
  const chosen = useSignal<ExperimentId | undefined>(undefined);
  const words = say().play;
  const all = say().experiments;
  const playing = player.playing.value;
  const isTogether = bench.seating.value === "one";
  const id = chosen.value;
  const isRunning = playing.state === "running" || playing.state === "asking";
  const isReady = isTogether ? bench.isOtherHere.value : bench.sides.value.includes("answerer");
  return (
    <section class="learn-box" aria-labelledby="experiments-title">
      <h2 id="experiments-title">{words.title}</h2>
      {isTogether && <p class="soft">{isReady ? words.together : words.alone}</p>}
      {playing.state === "asked" && (
        <div class="note" role="alert">
          <div>
            <p>{words.asked(all[playing.id].title)}</p>
            <div class="learn-actions">
              <button
                type="button"
                class="secondary"
                onClick={() => {
                  chosen.value = playing.id;
                  player.answer(true);
                }}
              >
                {words.join}
              </button>
              <button type="button" class="plain-button" onClick={() => player.answer(false)}>
                {words.decline}
              </button>
            </div>
          </div>
        </div>
      )}
      <div class="field">
        <label for="learn-experiment">{words.choose}</label>
        <select
          id="learn-experiment"
          value={id ?? ""}
          onChange={(event) => {
            const wanted = event.currentTarget.value as ExperimentId | "";
            chosen.value = wanted === "" ? undefined : wanted;
            if (wanted === "") player.leave();
          }}
        >
          <option value="">{words.none}</option>
          {experiments.map((experiment) => (
            <option key={experiment.id} value={experiment.id}>
              {all[experiment.id].title}
            </option>
          ))}
        </select>
      </div>
      {id !== undefined && (
        <>
          <h3>{words.watch}</h3>
          <p>{all[id].watch}</p>
          <div class="learn-actions">
            <button
              type="button"
              class="secondary"
              disabled={isRunning || !isReady}
              onClick={() => void player.run(experimentOf(id))}
            >
              {words.run}
            </button>
            <button
              type="button"
              class="plain-button"
              disabled={isRunning || !isReady}
              onClick={() => player.set(experimentOf(id))}
            >
              {words.set}
            </button>
          </div>
        </>
      )}
      <p role="status" class="soft">
        {playing.state in words.states ? words.states[playing.state as keyof typeof words.states] : ""}
      </p>
    </section>
  );
}
