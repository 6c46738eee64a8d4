import { advanceLink, type LinkEffect, type LinkInput, linkMachine } from "../../core/link/link.ts";
import type { NegotiationInput } from "../../core/link/negotiation.ts";
import { ufragsOf } from "../../core/link/sdp.ts";
import { type Description, type LinkSignal, parseLinkSignal } from "../../core/link/signal.ts";
import { streamTag } from "../../core/signals/packet.ts";
import type { Diagnosis, JsonValue } from "../api.ts";
import type { CreateLink, LinkDriver, LinkPart, LinkSetup } from "../seams.ts";
import { signaling } from "./signaling.ts";
import { routeOf } from "./statistics.ts";
import { pageTime, type Timekeeper } from "./timekeeper.ts";

/** How often path and round trip are looked up while connected. */
const routeEveryMs = 5_000;

/** The link to one other page. Begins at once. */
export const createLink: CreateLink = (setup) => createTimedLink(setup, pageTime);

/** As `createLink`, with the time given. */
export function createTimedLink(setup: LinkSetup, timekeeper: Timekeeper): LinkDriver {
  const parts: readonly (readonly [string, LinkPart])[] = Object.entries(setup.parts);
  const listeners = {
    change: new Set<() => void>(),
    log: new Set<(event: string, detail?: JsonValue) => void>(),
  };
  let machine = linkMachine({
    isPolite: setup.isPolite,
    makesFirstOffer: setup.makesFirstOffer,
    remoteFingerprint: setup.remoteFingerprint,
  });
  let connection: RTCPeerConnection | undefined;
  /** Of that connection. */
  let generation = 0;
  let path: "direct" | "relayed" | undefined;
  let rttMs: number | undefined;
  let helpTimer: (() => void) | undefined;
  let routeTimer: (() => void) | undefined;

  const changed = (): void => {
    for (const listener of [...listeners.change]) listener();
  };
  const log = (event: string, detail?: JsonValue): void => {
    for (const listener of [...listeners.log]) listener(event, detail);
  };
  /** A part that throws must not take the link with it. */
  const guarded = <T>(what: string, call: () => T): T | undefined => {
    try {
      return call();
    } catch (error) {
      log("part-failed", `${what}: ${String(error)}`);
      return undefined;
    }
  };

  const inputs: LinkInput[] = [];
  let isRunning = false;
  /** Inputs that arise while effects run wait until those are done. */
  const feed = (input: LinkInput): void => {
    inputs.push(input);
    if (isRunning) return;
    isRunning = true;
    for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
      const step = advanceLink(machine, next, timekeeper.now());
      machine = step.machine;
      for (const effect of step.effects) run(effect);
    }
    isRunning = false;
    helpTimer?.();
    const { helpAt } = machine;
    helpTimer =
      helpAt === undefined
        ? undefined
        : timekeeper.after(helpAt - timekeeper.now(), () => feed({ kind: "time" }));
  };

  const signals = signaling({
    sealer: setup.sealer,
    tags:
      setup.pages === undefined
        ? { out: 0, in: 0 }
        : {
            out: streamTag(setup.pages.own, setup.pages.other),
            in: streamTag(setup.pages.other, setup.pages.own),
          },
    timekeeper,
    send: (payload) => setup.send(payload),
    onBody(body) {
      const signal = parseLinkSignal(new TextDecoder().decode(body));
      feed(signal === undefined ? { kind: "violation", reason: "body" } : { kind: "signal", signal });
    },
    onViolation: (reason) => feed({ kind: "violation", reason }),
    onRefused: (reason) => feed({ kind: "close", reason: `signals-${reason}` }),
  });

  const release = (): void => {
    routeTimer?.();
    routeTimer = undefined;
    const old = connection;
    if (old === undefined) return;
    connection = undefined;
    path = rttMs = undefined;
    for (const [name, part] of parts) guarded(name, () => part.detach());
    old.close();
  };

  const build = (next: number): void => {
    release();
    generation = next;
    let built: RTCPeerConnection;
    try {
      const configuration: RTCConfiguration = {
        bundlePolicy: "max-bundle",
        ...setup.rtc,
        iceServers: [...(setup.iceServers as RTCIceServer[]), ...(setup.rtc.iceServers ?? [])],
      };
      built = (setup.createConnection ?? ((c) => new RTCPeerConnection(c)))(configuration);
    } catch (error) {
      log("connection-refused", String(error));
      feed({ kind: "close", reason: "connection-refused" });
      return;
    }
    connection = built;
    const say = (input: NegotiationInput): void => feed({ kind: "negotiation", generation: next, input });
    built.addEventListener("negotiationneeded", () => say({ kind: "needed" }));
    built.addEventListener("icecandidate", ({ candidate }) => {
      // Browsers disagree on how they say that there are no more; the null is what all of them do.
      if (candidate?.candidate === "") return;
      const end = { candidate: "", usernameFragment: ufragsOf(built.localDescription?.sdp ?? "")[0] ?? null };
      say({ kind: "found", candidates: [candidate ?? end] });
    });
    built.addEventListener("connectionstatechange", () => {
      if (built !== connection) return;
      log("connection-state", built.connectionState);
      feed({ kind: "connection", generation: next, state: built.connectionState });
      if (built.connectionState === "connected") lookUpRoute(built);
    });
    const role = setup.makesFirstOffer ? "offerer" : "answerer";
    for (const [name, part] of parts) guarded(name, () => part.attach(built, role));
  };

  const lookUpRoute = (of: RTCPeerConnection): void => {
    routeTimer?.();
    routeTimer = timekeeper.after(routeEveryMs, () => lookUpRoute(of));
    of.getStats().then(
      (report) => {
        const route = routeOf(report);
        if (of !== connection || route === undefined) return;
        if (route.path === path && route.rttMs === rttMs) return;
        ({ path, rttMs } = route);
        changed();
      },
      () => {},
    );
  };

  const send = (signal: LinkSignal): void => signals.send(new TextEncoder().encode(JSON.stringify(signal)));

  const withParts = (description: Omit<Description, "parts">, of: RTCPeerConnection): Description => {
    const said: Record<string, JsonValue> = {};
    for (const [name, part] of parts) {
      const value = guarded(name, () => part.describe?.(of));
      if (value !== undefined) said[name] = value;
    }
    return { ...description, parts: said };
  };

  const run = (effect: LinkEffect): void => {
    switch (effect.kind) {
      case "log":
        log(effect.event, effect.detail);
        break;
      case "changed":
        if (machine.status.state === "closed") driver.diagnosis = diagnose(machine.status.reason);
        changed();
        break;
      case "build":
        build(effect.generation);
        break;
      case "release":
        signals.stop();
        release();
        break;
      default:
        if (connection !== undefined) runOn(connection, effect);
    }
  };

  const runOn = (
    on: RTCPeerConnection,
    effect: Exclude<LinkEffect, { kind: "log" | "changed" | "build" | "release" }>,
  ): void => {
    const of = generation;
    const settle = (
      operation: Promise<unknown>,
      done: () => NegotiationInput = () => ({ kind: "done" }),
    ): void => {
      operation
        .then(done, (error: unknown): NegotiationInput => ({ kind: "failed", detail: String(error) }))
        .then((input) => feed({ kind: "negotiation", generation: of, input }));
    };
    switch (effect.kind) {
      case "set-local":
        settle(on.setLocalDescription(), () => {
          const local = on.localDescription;
          if (local === null || (local.type !== "offer" && local.type !== "answer")) return { kind: "done" };
          return { kind: "done", local: { type: local.type, sdp: local.sdp } };
        });
        break;
      case "set-remote": {
        const { type, sdp } = effect.description;
        settle(on.setRemoteDescription({ type, sdp }));
        break;
      }
      case "add-candidates":
        settle(
          // Handed over together: the browser adds them in this order, and one that it refuses is one way less, no more.
          Promise.all(
            effect.candidates.map((candidate) =>
              on
                .addIceCandidate(candidate)
                .catch((error: unknown) => log("candidate-refused", String(error))),
            ),
          ),
        );
        break;
      case "described":
        describedTo(effect.description, on);
        break;
      case "send":
        if ("sdp" in effect.signal) {
          log(`${effect.signal.type}-sent`);
          send(withParts(effect.signal, on));
        } else send(effect.signal);
        break;
      case "restart-ice":
        on.restartIce();
    }
  };

  const describedTo = (description: Description, on: RTCPeerConnection): void => {
    log(`${description.type}-received`);
    for (const [name, part] of parts) {
      const value = Object.hasOwn(description.parts, name) ? description.parts[name] : undefined;
      if (value !== undefined) guarded(name, () => part.described?.(value as JsonValue, on));
      if (description.type === "offer") guarded(name, () => part.beforeAnswer?.(on));
    }
  };

  const driver: LinkDriver & { diagnosis?: Diagnosis } = {
    get state() {
      return machine.status.state;
    },
    get path() {
      return path;
    },
    get rttMs() {
      return rttMs;
    },
    get connection() {
      return connection;
    },
    receive: (payload) => signals.receive(payload),
    resync: () => signals.resync(),
    restart: (reason) => feed({ kind: "restart", reason }),
    rebuild: (reason) => feed({ kind: "rebuild", reason }),
    close: (reason) => feed({ kind: "close", reason }),
    on(event: "change" | "log", listener: (() => void) & ((event: string, detail?: JsonValue) => void)) {
      listeners[event].add(listener);
      return () => void listeners[event].delete(listener);
    },
  };
  feed({ kind: "begin" });
  return driver;
}

function diagnose(cause: string): Diagnosis {
  let sentence = "The connection was ended.";
  if (cause === "failed") sentence = "No way was found between the two networks.";
  if (cause === "wrong-fingerprint")
    sentence = "The connection was not with the right person, so it was ended.";
  return { cause, sentence };
}
