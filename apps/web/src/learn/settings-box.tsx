import type { Bench } from "./bench.ts";
import { say } from "./speech.ts";

/** ICE servers, policy and the kind of channel. */
export function SettingsBox({ bench }: { readonly bench: Bench }) {
  const words = say().settings;
  const { iceServers, withServers, policy, channel } = bench.settings.value;
  const set = (change: Partial<typeof bench.settings.value>): void => {
    bench.settings.value = { ...bench.settings.value, ...change };
  };
  return (
    <details class="learn-box">
      <summary>{words.title}</summary>
      <div class="learn-settings">
        <p class="soft small">{words.meaning}</p>
        <label class="learn-check">
          <input
            type="checkbox"
            checked={withServers}
            onChange={(event) => set({ withServers: event.currentTarget.checked })}
          />
          {words.withServers}
        </label>
        <div class="field">
          <label for="learn-servers">{words.servers}</label>
          <textarea
            id="learn-servers"
            class="learn-code"
            rows={6}
            spellcheck={false}
            value={iceServers}
            onInput={(event) => set({ iceServers: event.currentTarget.value })}
          />
        </div>
        <div class="field">
          <label for="learn-policy">{words.policy}</label>
          <select
            id="learn-policy"
            value={policy}
            onChange={(event) => set({ policy: event.currentTarget.value === "relay" ? "relay" : "all" })}
          >
            <option value="all">{words.policyAll}</option>
            <option value="relay">{words.policyRelay}</option>
          </select>
        </div>
        <label class="learn-check">
          <input
            type="checkbox"
            checked={channel.ordered}
            onChange={(event) => set({ channel: { ...channel, ordered: event.currentTarget.checked } })}
          />
          {words.ordered}
        </label>
        <div class="field">
          <label for="learn-retransmits">{words.retransmits}</label>
          <select
            id="learn-retransmits"
            value={channel.maxRetransmits === 0 ? "never" : "always"}
            onChange={(event) => {
              const isNever = event.currentTarget.value === "never";
              set({ channel: { ordered: channel.ordered, ...(isNever ? { maxRetransmits: 0 } : {}) } });
            }}
          >
            <option value="always">{words.always}</option>
            <option value="never">{words.never}</option>
          </select>
        </div>
      </div>
    </details>
  );
}
