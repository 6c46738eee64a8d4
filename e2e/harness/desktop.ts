import { type ChildProcess, execFile, spawn } from "node:child_process";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { forgetProcess, freshFolder, noteProcess, removeFolder } from "./scratch.ts";
import { within } from "./waiting.ts";

/**
 * A screen and a sound system that nobody sees or hears, with real devices in them: Xvfb, and a PulseAudio of our own. A speaker is a null
 * sink, a microphone a source that hums. Unloading it is unplugging it, as far as a browser can tell.
 */
export interface Desktop {
  /** What a browser needs in its environment to be here. */
  readonly env: Readonly<Record<string, string>>;
  plugSpeaker(name: string): Promise<SoundDevice>;
  /** The system's choice from then on; silent until `sound(true)`. */
  plugMicrophone(name: string): Promise<TestMicrophone>;
  /** A key on the keyboard, for the browser's own questions too: for the window in the middle, or the one whose title has that in it. */
  press(key: string, title?: string): Promise<void>;
  /** Whether a window of exactly that title can be seen. */
  shows(title: string): Promise<boolean>;
  /** How loud the speaker was for a moment, as the root mean square of its samples: 0 is silence, 1 as loud as it gets. */
  loudness(speaker: SoundDevice): Promise<number>;
  close(): Promise<void>;
}
export interface SoundDevice {
  readonly name: string;
  /** The sink or source, as PulseAudio calls it. */
  readonly id: string;
  unplug(): Promise<void>;
}
export interface TestMicrophone extends SoundDevice {
  /** A tone of 440 Hz comes from it, or nothing at all: zeros, as from one that is switched off. */
  sound(isOn: boolean): Promise<void>;
}

const missing = (program: string) =>
  new Error(`${program} is missing; on Debian: apt-get install xvfb xdotool pulseaudio pulseaudio-utils`);

export async function startDesktop(): Promise<Desktop> {
  const folder = freshFolder("desktop");
  const [display, screen] = await startScreen();
  const socket = join(folder, "sound");
  const sound = start(
    "pulseaudio",
    [
      ...["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm"],
      // With a real-time priority it is ended by the kernel whenever a busy machine lets it compute for too long at a stretch.
      ...["--realtime=no", "--high-priority=no"],
      ...["-L", `module-native-protocol-unix socket=${socket} auth-anonymous=1`],
    ],
    { HOME: folder, XDG_RUNTIME_DIR: folder, PULSE_RUNTIME_PATH: folder },
  );
  await within("the sound system", listens(socket));
  const env = {
    DISPLAY: display,
    PULSE_SERVER: `unix:${socket}`,
    // Firefox takes Wayland where it is named.
    WAYLAND_DISPLAY: "",
    XDG_SESSION_TYPE: "x11",
  };
  const control = (...args: string[]) => output("pactl", args, env);
  let count = 0;
  const load = async (...args: string[]) => (await control("load-module", ...args)).trim();
  // Names with spaces are quoted twice: once for the property list, once for the module's arguments.
  const described = (name: string) => `"device.description='${name}'"`;

  const plugSpeaker = async (name: string): Promise<SoundDevice> => {
    const id = `speaker${++count}`;
    const module = await load("module-null-sink", `sink_name=${id}`, `sink_properties=${described(name)}`);
    return { name, id, unplug: async () => void (await control("unload-module", module)) };
  };
  return {
    env,
    plugSpeaker,
    async plugMicrophone(name) {
      const id = `microphone${++count}`;
      const module = await load(
        "module-sine-source",
        `source_name=${id}`,
        "frequency=440",
        `source_properties=${described(name)}`,
      );
      const sound = async (isOn: boolean) => void (await control("set-source-mute", id, isOn ? "0" : "1"));
      await sound(false);
      // Otherwise the monitor of a speaker would be what the system offers first.
      await control("set-default-source", id);
      return { name, id, sound, unplug: async () => void (await control("unload-module", module)) };
    },
    // Without a window manager the keyboard belongs to the window under the pointer, unless one took it, as Chromium's do.
    async press(key, title) {
      const focus = title === undefined ? [] : ["search", "--onlyvisible", "--name", title, "windowfocus"];
      await output("xdotool", [...focus, "mousemove", "600", "500", "key", key], env);
    },
    async shows(title) {
      const ids = await output("xdotool", ["search", "--onlyvisible", "--name", `^${title}$`], env).catch(
        (problem: Error) => {
          // It says nothing, and fails, when there is none.
          if (problem.message.endsWith(": ")) return "";
          throw problem;
        },
      );
      return ids.trim() !== "";
    },
    async loudness({ id }) {
      // Half a second of the speaker's own sound: 16 bits, one channel.
      const bytes = 22_050;
      const heard = await recorded(`${id}.monitor`, bytes, env);
      let sum = 0;
      for (let at = 0; at + 1 < heard.length; at += 2) sum += (heard.readInt16LE(at) / 32_768) ** 2;
      return Math.sqrt(sum / (heard.length / 2));
    },
    async close() {
      await Promise.all([stop(sound), stop(screen)]);
      removeFolder(folder);
    },
  };
}

/** Xvfb takes the first free display and says which. */
async function startScreen(): Promise<[string, ChildProcess]> {
  const screen = start("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"], {});
  const number = await within(
    "a screen",
    new Promise<string>((resolve, reject) => {
      screen.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
      screen.once("error", () => reject(missing("Xvfb")));
    }),
  );
  return [`:${number}`, screen];
}

function start(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess {
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, ...env },
  });
  child.once("error", () => {
    process.stderr.write(`${missing(program).message}\n`);
  });
  if (child.pid !== undefined) noteProcess(child.pid);
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGKILL");
  await ended;
  forgetProcess(child.pid);
}

/** Resolves when something answers on that socket. */
async function listens(path: string): Promise<void> {
  for (;;) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(path, () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
    if (isThere) return;
    await pause(50);
  }
}

function output(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else
        reject(
          (error as NodeJS.ErrnoException).code === "ENOENT"
            ? missing(program)
            : new Error(`${program} ${args.join(" ")}: ${stderr}`),
        );
    });
  });
}

/** The first bytes that come from a source. */
function recorded(source: string, bytes: number, env: Readonly<Record<string, string>>): Promise<Buffer> {
  const child = start(
    "parec",
    [`--device=${source}`, "--format=s16le", "--rate=22050", "--channels=1", "--raw", "--latency-msec=50"],
    env,
  );
  const chunks: Buffer[] = [];
  let size = 0;
  return within(
    `sound from ${source}`,
    new Promise<Buffer>((resolve) => {
      child.stdout?.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size >= bytes) resolve(Buffer.concat(chunks));
      });
    }),
  ).finally(() => stop(child));
}
