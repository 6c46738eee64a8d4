import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { freshFolder } from "./scratch.ts";

export const filmKinds = ["mp4", "webm", "mp3"] as const;
export type FilmKind = (typeof filmKinds)[number];
/** How long each of them plays. */
export const filmSeconds = 40;

/**
 * Films and a sound, made by ffmpeg: noise, so that a second of it is a fixed number of bytes; the index of the MP4 stands at its end, as
 * cameras write it.
 */
export function makeFilms(kinds: readonly FilmKind[] = filmKinds): ReadonlyMap<FilmKind, Buffer> {
  const folder = freshFolder("films");
  const source = `testsrc2=size=320x180:rate=12:duration=${filmSeconds}`;
  const picture = ["-f", "lavfi", "-i", source, "-vf", "noise=alls=70:allf=t"];
  const rate = ["-b:v", "2500k", "-minrate", "2500k", "-maxrate", "2500k", "-bufsize", "1000k", "-g", "24"];
  const how: Record<FilmKind, readonly string[]> = {
    mp4: [...picture, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", ...rate],
    webm: [...picture, "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", ...rate],
    mp3: ["-f", "lavfi", "-i", `anoisesrc=duration=${filmSeconds}`, "-ar", "44100", "-b:a", "256k"],
  };
  try {
    return new Map(
      kinds.map((kind) => {
        execFileSync("ffmpeg", ["-v", "error", "-y", ...how[kind], `film.${kind}`], { cwd: folder });
        return [kind, readFileSync(join(folder, `film.${kind}`))];
      }),
    );
  } catch (problem) {
    if ((problem as { code?: string }).code === "ENOENT")
      throw new Error("no ffmpeg found; on Debian: apt-get install ffmpeg");
    throw problem;
  }
}
