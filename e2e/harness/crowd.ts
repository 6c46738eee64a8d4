import type { TestPage } from "./browsers.ts";

export interface CrowdPicture {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
}

export interface CrowdManners {
  /** The names of those whose pictures they look at; everyone's when not given, nobody's as pages in the background when empty. */
  readonly lookAt?: readonly string[];
  /** False: they pass nobody's media on. */
  readonly passOn?: boolean;
}

/**
 * People who are nothing but the SDK and a drawn picture that moves, several in one page (of `openSdkPage`), since nobody looks at it. Each
 * one stays in `window.kept.rooms`.
 */
export async function joinCrowd(
  { page }: TestPage,
  link: string,
  names: readonly string[],
  picture: CrowdPicture = { width: 96, height: 54, fps: 2 },
  manners: CrowdManners = {},
): Promise<void> {
  await page.evaluate(
    async (theLink, all, { width, height, fps }, { lookAt, passOn }) => {
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
      for (const room of rooms) {
        if (passOn !== undefined) room.passOn = passOn;
        if (lookAt === undefined) continue;
        const look = (media: import("@parlour/client").RemoteMedia): void => {
          if (!lookAt.includes(media.peer.name)) media.want("none");
        };
        room.on("media", look);
        for (const peer of room.peers.values()) for (const media of peer.media.values()) look(media);
      }
    },
    link,
    names,
    picture,
    manners,
  );
}
