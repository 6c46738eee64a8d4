import { join } from "node:path";
import "../typescript/register.mjs";
import { root } from "../steps/run.mjs";
import { guests, isWanted, people, shoot } from "./taking.mjs";

const { privateLink } = await import("../../e2e/harness/people.ts");

/** Files: nothing yet, offers, under way, done, given, held over the page, looked at. */
export async function files({ server, fresh, open }) {
  const link = privateLink(server, "photos");
  const tab = await fresh();
  const ada = await open(tab, link.replace("#", "?name=Ada&join=now#"));
  await ada.sees("toolbar", "Call controls");
  const other = await fresh();
  await guests(other, link, people.slice(0, 2));
  await ada.seesPeople(...people.slice(0, 2).map(({ name }) => name));
  const take = async (name, before) => {
    if (isWanted(name)) await shoot(tab, name, before);
  };
  await ada.press("Files");
  await ada.sees("region", "Files");
  await take("files-empty");
  await tab.page.keyboard.press("Escape");
  await other.page.evaluate(() => {
    const [otter, bo] = window.kept.rooms;
    const canvas = document.createElement("canvas");
    canvas.width = 160;
    canvas.height = 120;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#7fa8c9";
    pen.fillRect(0, 0, 160, 120);
    pen.fillStyle = "#5d7f52";
    pen.fillRect(0, 74, 160, 46);
    pen.fillStyle = "#f3d27a";
    pen.arc(120, 34, 16, 0, 7);
    pen.fill();
    // Comes as slowly as a picture of it takes.
    const slow = (path, name, size, type) => ({
      path,
      name,
      size,
      type,
      stream: () => {
        let at = 0;
        return new ReadableStream({
          async pull(controller) {
            await new Promise((resolve) => setTimeout(resolve, at < size * 0.4 ? 0 : 600_000));
            const length = Math.min(500_000, size - at);
            controller.enqueue(new Uint8Array(length));
            at += length;
            if (at >= size) controller.close();
          },
        });
      },
    });
    const small = (name, size) => new File([new Uint8Array(size)], name, { type: "image/jpeg" });
    window.kept.pictures = () => {
      otter.files.offer(small("Lake at noon.jpg", 2_400_000), {
        thumbnail: canvas.toDataURL("image/png"),
      });
    };
    window.kept.film = () => bo.files.offer(slow([], "Grandma's birthday.mp4", 38_000_000, "video/mp4"));
    window.kept.folder = () =>
      bo.files.offer(
        ["one.jpg", "two.jpg", "three.jpg"].map((name) =>
          slow(["Summer by the sea, second week"], name, 1_000_000),
        ),
      );
    window.kept.pictures();
    window.kept.film();
  });
  await ada.reads("Bo offers Grandma's birthday.mp4");
  await ada.reads("offers Lake at noon.jpg");
  await take("files-offered");
  await ada.press("Accept Lake at noon.jpg");
  await ada.sees("button", "Save: Lake at noon.jpg");
  await ada.press("Accept Grandma's birthday.mp4");
  await ada.reads("of 38 MB");
  await other.page.evaluate(() => window.kept.folder());
  await ada.reads("Summer by the sea");
  const field = await tab.page.waitForSelector('input[type="file"]:not([webkitdirectory])');
  await field.uploadFile(join(root, "README.md"));
  await ada.sees("button", "Stop offering: README.md");
  await take("files-under-way");
  await take("files-held", () =>
    tab.page.evaluate(() => {
      const figures = [...document.querySelectorAll("figure[data-person]")];
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["x"], "x"));
      for (const at of [document.body, figures.at(-1) ?? document.body])
        at.dispatchEvent(new DragEvent("dragover", { bubbles: true, cancelable: true, dataTransfer }));
    }),
  );
  await tab.close();
  await other.close();
}
