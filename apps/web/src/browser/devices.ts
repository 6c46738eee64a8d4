import type {
  CaptureKind,
  CaptureProblem,
  Device,
  DeviceKind,
  DevicePort,
  Opened,
} from "../state/local-media.ts";
import type { Processing } from "../state/settings.ts";

const deviceKinds: Readonly<Record<string, DeviceKind>> = {
  videoinput: "camera",
  audioinput: "microphone",
  audiooutput: "speaker",
};

/** The browser's own cameras, microphones, speakers and screens. */
export function browserDevices(): DevicePort {
  // Absent on pages that are not served over HTTPS or from localhost.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  return {
    canChooseSpeaker: "setSinkId" in HTMLMediaElement.prototype,
    canShareScreen: devices !== undefined && "getDisplayMedia" in devices,
    async list() {
      const found = (await devices?.enumerateDevices()) ?? [];
      return found.flatMap(({ kind, deviceId, label }): Device[] => {
        const ours = deviceKinds[kind];
        // Chromium has aliases for what the system chooses.
        if (ours === undefined || deviceId === "default" || deviceId === "communications") return [];
        return [{ kind: ours, id: deviceId, label }];
      });
    },
    open: (wanted, processing) =>
      devices === undefined
        ? Promise.resolve(failAll(wanted, "insecure"))
        : openAll(devices, wanted, processing),
    ...(devices !== undefined && "selectAudioOutput" in devices ? { pickSpeaker } : {}),
    async openScreen() {
      if (devices === undefined) throw new Error("No screen can be shared here.");
      const stream = await devices.getDisplayMedia(screenConstraints);
      // Text stays sharp at the price of fewer pictures a second.
      for (const track of stream.getVideoTracks()) track.contentHint = "detail";
      return stream;
    },
    onDevicesChanged(listener) {
      devices?.addEventListener("devicechange", listener);
      return () => devices?.removeEventListener("devicechange", listener);
    },
    onAllowed(listener) {
      const over = new AbortController();
      for (const name of ["camera", "microphone"] as const)
        void watchPermission(name, () => listener(name), over.signal);
      return () => over.abort();
    },
    onEnded(track, listener) {
      track.addEventListener("ended", listener, { once: true });
      return () => track.removeEventListener("ended", listener);
    },
    makeStream: (tracks) => new MediaStream([...tracks]),
  };
}

/** The browser offers its own surfaces too; sound comes along where it can (a tab's, in Chromium). */
const screenConstraints: DisplayMediaStreamOptions & Readonly<Record<string, unknown>> = {
  video: { frameRate: { max: 30 } },
  // What is played is shared as it is: nobody speaks into it.
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  systemAudio: "include",
  surfaceSwitching: "include",
  selfBrowserSurface: "exclude",
};

/** Firefox's own choice of speakers (Audio Output Devices API, section 3.2). */
async function pickSpeaker(): Promise<Device | undefined> {
  const devices = navigator.mediaDevices as MediaDevices & {
    selectAudioOutput(): Promise<MediaDeviceInfo>;
  };
  const { deviceId, label } = await devices.selectAudioOutput();
  return { kind: "speaker", id: deviceId, label };
}

type Wanted = Partial<Record<CaptureKind, string>>;
type Results = Partial<Record<CaptureKind, Opened>>;

async function openAll(devices: MediaDevices, wanted: Wanted, processing: Processing): Promise<Results> {
  const askedAt = performance.now();
  try {
    const stream = await devices.getUserMedia(constraintsFor(wanted, processing));
    return taken(wanted, stream);
  } catch (failure) {
    const kinds = Object.keys(wanted) as CaptureKind[];
    const problem = await problemOf(failure, kinds, performance.now() - askedAt);
    // A remembered device that is gone must not keep people out.
    if (problem === "missing" && kinds.some((kind) => wanted[kind] !== "")) {
      return openAll(devices, Object.fromEntries(kinds.map((kind) => [kind, ""])), processing);
    }
    // Asked again, one by one, only where that brings no second question to the person.
    const isRefused = problem === "denied" || problem === "dismissed";
    if (kinds.length < 2 || (isRefused && !(await isOneBlocked()))) return failAll(wanted, problem);
    const results: Results = {};
    for (const kind of kinds)
      Object.assign(results, await openAll(devices, { [kind]: wanted[kind] }, processing));
    return results;
  }
}

/** Devices by `exact` id: one that is only `ideal` loses to the system's default in Chromium. */
function constraintsFor(
  { camera, microphone }: Wanted,
  { echo, noise, gain }: Processing,
): MediaStreamConstraints {
  return {
    video: camera !== undefined && {
      width: { ideal: 1280 },
      height: { ideal: 720 },
      frameRate: { ideal: 30 },
      ...(camera === "" ? {} : { deviceId: { exact: camera } }),
    },
    audio: microphone !== undefined && {
      echoCancellation: echo,
      noiseSuppression: noise,
      autoGainControl: gain,
      ...(microphone === "" ? {} : { deviceId: { exact: microphone } }),
    },
  };
}

function taken(wanted: Wanted, stream: MediaStream): Results {
  const results: Results = {};
  const [camera] = stream.getVideoTracks();
  const [microphone] = stream.getAudioTracks();
  if (wanted.camera !== undefined) results.camera = camera ? { track: camera } : { problem: "missing" };
  if (wanted.microphone !== undefined) {
    results.microphone = microphone ? { track: microphone } : { problem: "missing" };
  }
  return results;
}

function failAll(wanted: Wanted, problem: CaptureProblem): Results {
  return Object.fromEntries(Object.keys(wanted).map((kind) => [kind, { problem }]));
}

/** The errors of getUserMedia (Media Capture and Streams, section 10.3). */
async function problemOf(
  failure: unknown,
  kinds: readonly CaptureKind[],
  tookMs: number,
): Promise<CaptureProblem> {
  const name = failure instanceof Error ? failure.name : "";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  if (name !== "NotAllowedError" && name !== "SecurityError") return "busy";
  // Firefox keeps a closed question as a no until the page is loaded again, and tells nobody: but no person answers that fast.
  if (tookMs < 200) return "denied";
  // A question that was closed without a lasting answer leaves the permission at "prompt".
  const states = await permissions(kinds);
  return states.length > 0 && states.every((state) => state === "prompt") ? "dismissed" : "denied";
}

/** One of the two is blocked and the other is not, by an earlier answer: asking for the other alone is quiet or new. */
async function isOneBlocked(): Promise<boolean> {
  const states = await permissions(["camera", "microphone"]);
  return states.filter((state) => state === "denied").length === 1;
}

/** What the browser keeps about each kind; empty where it does not tell. */
async function permissions(kinds: readonly CaptureKind[]): Promise<readonly PermissionState[]> {
  try {
    const all = await Promise.all(
      kinds.map((name) => navigator.permissions.query({ name: name as PermissionName })),
    );
    return all.map(({ state }) => state);
  } catch {
    return [];
  }
}

/** Calls back each time that kind is allowed; never where the browser does not tell. */
async function watchPermission(kind: CaptureKind, onAllowed: () => void, signal: AbortSignal): Promise<void> {
  try {
    const status = await navigator.permissions.query({ name: kind as PermissionName });
    const look = () => {
      if (status.state === "granted") onAllowed();
    };
    if (!signal.aborted) status.addEventListener("change", look, { signal });
  } catch {
    // Firefox before 132 keeps it to itself.
  }
}
