/** The browsers and foreign programs that tests drive, from Debian's packages: there, installed now, or named for whoever may install them. */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fail, run } from "./run.mjs";

const wanted = [
  {
    package: "chromium",
    variable: "PARLOUR_CHROMIUM",
    programs: ["chromium", "chromium-browser", "google-chrome"],
  },
  { package: "firefox-esr", variable: "PARLOUR_FIREFOX", programs: ["firefox-esr", "firefox"] },
  // A screen and a sound system without hardware, for what headless browsers lack.
  { package: "xvfb", programs: ["Xvfb"] },
  { package: "xdotool", programs: ["xdotool"] },
  { package: "pulseaudio", programs: ["pulseaudio"] },
  { package: "pulseaudio-utils", programs: ["pactl"] },
  // Its clients test our relay, its server is one that a host may have in place of ours; its service is never started.
  { package: "coturn", variable: "PARLOUR_TURNUTILS", programs: ["turnutils_uclient"] },
  // A certificate authority for tests; it is no service.
  { package: "pebble", variable: "PARLOUR_PEBBLE", programs: ["pebble"] },
  // Takes our zip files apart; makes films that our player has to play.
  { package: "unzip", programs: ["unzip"] },
  { package: "ffmpeg", programs: ["ffmpeg"] },
  // The proxies that docs/hosting.md has configurations for.
  { package: "caddy", programs: ["caddy"] },
  { package: "nginx-light", programs: ["nginx"] },
  // What a handshake looks like on the wire.
  { package: "tcpdump", programs: ["tcpdump"] },
  // The NAT lab: cables, rules, what routers remember, and whom browsers trust.
  { package: "iproute2", programs: ["ip"] },
  { package: "nftables", programs: ["nft"] },
  { package: "conntrack", programs: ["conntrack"] },
  { package: "libnss3-tools", programs: ["certutil"] },
];

function isThere({ variable, programs }) {
  const named = variable && process.env[variable];
  if (named) return existsSync(named);
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/sbin"];
  return programs.some((program) => folders.some((folder) => existsSync(join(folder, program))));
}

/** Installs what is missing when this is Debian and this user may; otherwise ends the script saying what to install. */
export async function installPrograms() {
  const missing = wanted.filter((program) => !isThere(program));
  if (missing.length === 0) return;
  const packages = missing.map((program) => program.package);
  const command = `apt-get install -y --no-install-recommends ${packages.join(" ")}`;
  const mayInstall = process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
  const named = missing.flatMap(({ variable }) => (variable ? [`${variable}=/path`] : []));
  const otherwise = named.length > 0 ? `or name ones that are elsewhere: ${named.join(" ")}` : "";
  if (!mayInstall)
    fail(
      `The tests need ${packages.join(" and ")}. On Debian or Ubuntu, as root: apt-get update && ${command}\n${otherwise}`,
    );
  console.log(`Installing ${packages.join(" and ")} …`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const { update, installed } = await withoutServices(async () => ({
    update: await run(["apt-get", "update"], { env }),
    installed: await run(command.split(" "), { env }),
  }));
  if (!installed.ok)
    fail(`${update.ok ? "" : update.output}${installed.output}\nThis failed: ${command}\n${otherwise}`);
}

/** Packages of servers start them; the tests do that themselves, on ports of their own (Debian Policy 9.3.3.1: policy-rc.d). */
async function withoutServices(install) {
  const policy = "/usr/sbin/policy-rc.d";
  const isOurs = !existsSync(policy);
  if (isOurs) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    return await install();
  } finally {
    if (isOurs) rmSync(policy);
  }
}
