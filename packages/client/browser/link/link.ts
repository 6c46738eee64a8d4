import { advanceLink, type LinkEffect, type LinkInput, linkMachine } from "../../core/link/link.ts";
import type { NegotiationInput } from "../../core/link/negotiation.ts";
import { ufragsOf } from "../../core/link/sdp.ts";
import { type Candidate, type LinkSignal, parseLinkSignal } from "../../core/link/signal.ts";
import { streamTag } from "../../core/signals/packet.ts";
import { turns } from "../../core/turns.ts";
import type { JsonValue } from "../api.ts";
import { eventSource } from "../events.ts";
import { loaded, pageRest, type RestSource } from "../later.ts";
import type { CreateLink, LinkDriver, LinkPart, LinkSetup } from "../seams.ts";
import { signaling } from "./signaling.ts";
import { pageTime, type Timekeeper } from "./timekeeper.ts";
import type { Findings } from "./watch.ts";

const mostErrors = 32;
/** Nothing is wrong with a connection that takes less. */
const slowMs = 8_000;
/** What looks is loaded this long after there is something to look at. */
const watchAfterMs = 300;
/** What waits for the other half of this link's machine (decision 16). With more, the other side is no honest page. */
const waitingMost = 256;

/** The link to one other page. Begins at once. */
export const createLink: CreateLink = (setup) => createTimedLink(setup, pageTime);

/** As `createLink`, with the time given. */
export function createTimedLink(
  setup: LinkSetup,
  timekeeper: Timekeeper,
  rest: RestSource = pageRest,
): LinkDriver {
  const parts: readonly (readonly [string, LinkPart])[] = Object.entries(setup.parts);
  const { on, emit } = eventSource<{ change: []; log: [event: string, detail?: JsonValue] }>();
  let machine = linkMachine(setup);
  let connection: RTCPeerConnection | undefined;
  /** Of that connection. */
  let generation = 0;
  let findings: Findings = {};
  const callOffSlow = timekeeper.after(slowMs, () => look());
  /** When the link came into its present state. */
  let since = timekeeper.now();
  /** What the browser reported of ICE servers. */
  let errors: RTCPeerConnectionIceErrorEvent[] = [];
  let helpTimer: (() => void) | undefined;

  /** A part that throws must not take the link with it. */
  const eachPart = (use: (part: LinkPart, name: string) => void): void => {
    for (const [name, part] of parts) {
      try {
        use(part, name);
      } catch (error) {
        emit("log", "part-failed", `${name}: ${error}`);
      }
    }
  };

  const take = (input: LinkInput): boolean => {
    const step = advanceLink(machine, input, timekeeper.now(), rest.there?.linkFurther);
    if (!step) return false;
    setup.onStep?.(input);
    machine = step.machine;
    for (const effect of step.effects) {
      run(effect);
      setup.onStep?.(effect, connection);
    }
    helpTimer?.();
    const { helpAt } = machine;
    if (helpAt) helpTimer = timekeeper.after(helpAt - timekeeper.now(), () => feed({ kind: "time" }));
    return true;
  };
  const inputs = turns(take, () => rest.need(inputs.proceed, () => machine.status.state !== "closed"));
  const feed = (input: LinkInput): void => {
    if (inputs.waiting > waitingMost) input = { kind: "close", reason: "flooded" };
    inputs.put(input, input.kind === "close");
  };

  const { own = "", other = "" } = setup.pages ?? {};
  const signals = signaling({
    sealer: setup.sealer,
    tags: { out: streamTag(own, other), in: streamTag(other, own) },
    timekeeper,
    send: (payload) => setup.send(payload),
    onBody(body) {
      const signal = parseLinkSignal(new TextDecoder().decode(body));
      feed(signal ? { kind: "signal", signal } : { kind: "violation", reason: "body" });
    },
    onViolation: (reason) => feed({ kind: "violation", reason }),
    onRefused: (reason) => feed({ kind: "close", reason: `signals-${reason}` }),
  });

  const release = (): void => {
    if (!connection) return;
    // How it stands is seen now or never.
    look();
    const old = connection;
    connection = undefined;
    eachPart((part) => part.detach());
    old.close();
  };

  const iceServers = (): RTCIceServer[] => [
    ...(setup.iceServers as RTCIceServer[]),
    ...(setup.rtc.iceServers ?? []),
  ];

  const build = (next: number): void => {
    release();
    generation = next;
    let built: RTCPeerConnection;
    try {
      const configuration: RTCConfiguration = {
        bundlePolicy: "max-bundle",
        ...setup.rtc,
        iceServers: iceServers(),
      };
      built = setup.createConnection?.(configuration) ?? new RTCPeerConnection(configuration);
    } catch (error) {
      emit("log", "connection-refused", String(error));
      feed({ kind: "close", reason: "connection-refused" });
      return;
    }
    connection = built;
    const say = (input: NegotiationInput): void => feed({ kind: "negotiation", generation: next, input });
    built.addEventListener("negotiationneeded", () => say({ kind: "needed" }));
    built.addEventListener("icecandidate", ({ candidate }) => {
      // Browsers disagree on how they say that there are no more; the null is what all of them do.
      if (candidate?.candidate === "") return;
      // Reading the description halts the page until the browser's own thread has time, so only the end, which has to name one, does.
      const end = () => ({
        candidate: "",
        usernameFragment: ufragsOf(built.localDescription?.sdp ?? "")[0] ?? null,
      });
      say({ kind: "found", candidates: [candidate ?? end()] });
    });
    built.addEventListener("connectionstatechange", () => {
      const state = built.connectionState;
      if (built !== connection) return;
      emit("log", "connection-state", state);
      feed({ kind: "connection", generation: next, state });
      look();
    });
    errors = [];
    built.addEventListener("icecandidateerror", (event) => {
      errors = [...errors, event].slice(-mostErrors);
    });
    eachPart((part) => part.attach(built, setup.makesFirstOffer ? "offerer" : "answerer"));
  };

  /** Looking is loaded when there is something to look at: a connection, or none after a while. */
  const load = (): void => {
    look = () => {};
    // Not while there is a picture to be drawn first.
    timekeeper.after(watchAfterMs, watch);
  };
  let look = load;
  let preferred = (candidate: Candidate): Candidate => candidate;
  const watch = (): void => {
    loaded(() => import("./watch.ts")).then(
      ({ watchLink, preferLast }) => {
        const observe = () => ({ ...machine, since, connection, errors });
        preferred = preferLast(observe);
        const onFindings = (found: Findings, isNews: boolean): void => {
          findings = found;
          if (isNews) emit("change");
        };
        look = watchLink(setup, observe, timekeeper, onFindings, emit, feed);
      },
      (error) => {
        look = load;
        emit("log", "unwatched", String(error));
      },
    );
  };
  const send = (signal: LinkSignal): void => signals.send(new TextEncoder().encode(JSON.stringify(signal)));

  const run = (effect: LinkEffect): void => {
    if (effect.kind === "log") emit("log", effect.event, effect.detail);
    else if (effect.kind === "changed") {
      since = timekeeper.now();
      emit("change");
      look();
    } else if (effect.kind === "build") build(effect.generation);
    else if (effect.kind === "release") {
      // What was given up may be taken up again, by either side.
      if (effect.reason !== "failed") {
        signals.stop();
        callOffSlow();
      }
      release();
    } else if (connection) runOn(connection, effect);
  };
  const runOn = (
    on: RTCPeerConnection,
    effect: Exclude<LinkEffect, { kind: "log" | "changed" | "build" | "release" }>,
  ): void => {
    const of = generation;
    const settle = (operation: Promise<unknown>, done: () => NegotiationInput = () => ({ kind: "done" })) => {
      operation
        .then(done)
        .catch((error: unknown): NegotiationInput => ({ kind: "failed", detail: String(error) }))
        .then((input) => feed({ kind: "negotiation", generation: of, input }));
    };
    switch (effect.kind) {
      case "set-local":
        settle(on.setLocalDescription(), () => {
          // What was set without being named is one of the two; nothing at all is a failure.
          const { type, sdp } = on.localDescription as { type: "offer" | "answer"; sdp: string };
          return { kind: "done", local: { type, sdp } };
        });
        break;
      case "set-remote": {
        const { type, sdp } = effect.description;
        settle(on.setRemoteDescription({ type, sdp }));
        break;
      }
      case "add-candidates":
        settle(
          // Handed over together: the browser adds them in this order, before whatever it is asked to do next. One that it refuses is one way less,
          // and no more: the first of those is told.
          Promise.all(effect.candidates.map((candidate) => on.addIceCandidate(preferred(candidate)))),
        );
        break;
      case "described": {
        const { type, parts: said } = effect.description;
        emit("log", `${type}-received`);
        eachPart((part, name) => {
          if (Object.hasOwn(said, name)) part.described?.(said[name] as JsonValue, on);
        });
        if (type === "offer") eachPart((part) => part.beforeAnswer?.(on));
        break;
      }
      case "send": {
        const { signal } = effect;
        if ("sdp" in signal) {
          emit("log", `${signal.type}-sent`);
          const said: Record<string, unknown> = {};
          eachPart((part, name) => {
            said[name] = part.describe?.(on);
          });
          send({ ...signal, parts: said });
        } else send(signal);
        break;
      }
      case "restart-ice":
        // The credentials that the connection was made with may have ended since.
        on.setConfiguration({ ...on.getConfiguration(), iceServers: iceServers() });
        on.restartIce();
    }
  };

  const driver: LinkDriver = {
    madeWith: setup,
    get state() {
      return machine.status.state;
    },
    get path() {
      return findings.route?.path;
    },
    get rttMs() {
      return findings.route?.rttMs;
    },
    get diagnosis() {
      return findings.diagnosis;
    },
    get connection() {
      return connection;
    },
    receive: signals.receive,
    resync() {
      signals.resync();
      feed({ kind: "revive", reason: "signaling" });
    },
    restart: (reason) => feed({ kind: "restart", reason }),
    rebuild: (reason) => feed({ kind: "rebuild", reason }),
    close: (reason) => feed({ kind: "close", reason }),
    on,
  };
  feed({ kind: "begin" });
  return driver;
}
