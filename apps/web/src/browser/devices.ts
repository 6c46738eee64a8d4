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
        // Before permission browsers list one nameless device of each kind, and Chromium an alias "default".
        if (ours === undefined || deviceId === "" || deviceId === "default" || deviceId === "communications")
          return [];
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
  try {
    const stream = await devices.getUserMedia(constraintsFor(wanted, processing));
    return taken(wanted, stream);
  } catch (failure) {
    const kinds = Object.keys(wanted) as CaptureKind[];
    const problem = problemOf(failure);
    // Asked again, one by one, only where that brings no second question to the person.
    if (kinds.length < 2 || (problem === "denied" && !(await isOneBlocked())))
      return failAll(wanted, problem);
    const results: Results = {};
    for (const kind of kinds)
      Object.assign(results, await openAll(devices, { [kind]: wanted[kind] }, processing));
    return results;
  }
}

function constraintsFor(
  { camera, microphone }: Wanted,
  { echo, noise, gain }: Processing,
): MediaStreamConstraints {
  return {
    // A remembered device that is gone must not keep people out: `ideal`, not `exact`.
    video: camera !== undefined && {
      width: { ideal: 1280 },
      height: { ideal: 720 },
      frameRate: { ideal: 30 },
      ...(camera === "" ? {} : { deviceId: { ideal: camera } }),
    },
    audio: microphone !== undefined && {
      echoCancellation: echo,
      noiseSuppression: noise,
      autoGainControl: gain,
      ...(microphone === "" ? {} : { deviceId: { ideal: microphone } }),
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
function problemOf(failure: unknown): CaptureProblem {
  const name = failure instanceof Error ? failure.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  return "busy";
}

/** One of the two is blocked and the other is not, by an earlier answer: asking for the other alone is quiet or new. */
async function isOneBlocked(): Promise<boolean> {
  try {
    const states = await Promise.all(
      ["camera", "microphone"].map((name) => navigator.permissions.query({ name: name as PermissionName })),
    );
    return states.filter(({ state }) => state === "denied").length === 1;
  } catch {
    return false;
  }
}
