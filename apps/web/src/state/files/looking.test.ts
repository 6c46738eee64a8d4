import { describe, expect, it } from "vitest";
import { lookOf } from "./looking.ts";

describe("files that can be looked at", () => {
  const look = (name: string, type = "") => lookOf({ name, type });

  it("[W86] are shown with a type of our own list, whatever the giver says", () => {
    expect(look("a.PNG")).toEqual({ look: "picture", type: "image/png" });
    expect(look("film.mp4", "text/html")).toEqual({ look: "film", type: "video/mp4" });
    expect(look("film.mkv", "video/webm; codecs=vp9")).toEqual({ look: "film", type: "video/webm" });
    expect(look("no ending", "application/pdf")).toEqual({ look: "document", type: "application/pdf" });
    expect(look("song.mp3")).toEqual({ look: "sound", type: "audio/mpeg" });
  });

  it("[W86] are none that could run: pages, drawings with scripts, programs", () => {
    for (const [name, type] of [
      ["page.html", "text/html"],
      ["drawing.svg", "image/svg+xml"],
      ["page.xhtml", "application/xhtml+xml"],
      ["data.xml", "text/xml"],
      ["script.js", "text/javascript"],
      ["setup.exe", "application/x-msdownload"],
      ["constructor", ""],
      [".png/../x", "toString"],
      ["", ""],
    ])
      expect(look(name ?? "", type), name).toBeUndefined();
  });
});
