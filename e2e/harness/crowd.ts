import type { TestPage } from "./browsers.ts";

export interface CrowdPicture {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
}

/**
 * People who are nothing but the SDK and a drawn picture that moves, several in one page (of `openSdkPage`), since nobody looks at it. Each
 * one stays in `window.kept.rooms`. `areBlind`: they look at nobody, as pages in the background do.
 */
export async function joinCrowd(
  { page }: TestPage,
  link: string,
  names: readonly string[],
  picture: CrowdPicture = { width: 96, height: 54, fps: 2 },
  areBlind = false,
): Promise<void> {
  await page.evaluate(
    async (theLink, all, { width, height, fps }, isBlind) => {
      const draw = (hue: number): MediaStream => {
        const canvas = document.createElement("canvas");
        canvas.width = width;
        canvas.height = height;
        const pen = canvas.getContext("2d");
        let turn = 0;
        const paint = (): void => {
          if (pen === null) return;
          turn += 1;
          pen.fillStyle = `hsl(${hue} 60% ${40 + (turn % 2) * 20}%)`;
          pen.fillRect(0, 0, width, height);
        };
        paint();
        setInterval(paint, 1000 / fps);
        return canvas.captureStream(fps);
      };
      const already = (window.kept["rooms"] as unknown[] | undefined) ?? [];
      const rooms = await Promise.all(
        all.map((name, index) =>
          window.sdk.joinRoom(theLink, {
            name,
            remember: "none",
            publish: [{ stream: draw(((already.length + index) * 47) % 360), source: "camera" }],
          }),
        ),
      );
      window.kept["rooms"] = [...already, ...rooms];
      if (isBlind)
        for (const room of rooms) {
          room.on("media", (media) => media.want("none"));
          for (const peer of room.peers.values()) for (const media of peer.media.values()) media.want("none");
        }
    },
    link,
    names,
    picture,
    areBlind,
  );
}
