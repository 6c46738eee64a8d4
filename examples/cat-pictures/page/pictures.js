import { joinRoom, makePrivateLink } from "/sdk/parlour.js";
import { drawCat } from "./cat.js";

const element = (id) => document.getElementById(id);
/** What a picture may be, whatever its giver calls it; and how large, since it is taken without asking. */
const kinds = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
};
const mostBytes = 25_000_000;
const kindOf = (name) => kinds[name.split(".").at(-1).toLowerCase()];

const tell = (text) => {
  element("state").textContent = text;
};

// The root leads to a fresh room. Name and key are made here: the server never sees what follows the #.
if (location.pathname === "/") location.replace(makePrivateLink(location.origin));
else await share();

async function share() {
  const room = await joinRoom(location.href, { name: "Somebody", media: false });
  const tellWho = () => {
    const count = room.peers.size;
    tell(count === 0 ? "Nobody else is here. Copy the link and send it." : `Others here: ${count}.`);
  };
  tellWho();
  for (const event of ["peer", "peer-left"]) room.on(event, tellWho);

  room.on("offer", async (offer) => {
    const isWelcome = offer.size <= mostBytes && offer.files.every(({ name }) => kindOf(name) !== undefined);
    if (!isWelcome) {
      offer.decline();
      tell(`${offer.name} is no picture of at most 25 MB, and was not taken.`);
      return;
    }
    const figure = frame(`${offer.name}, on its way`);
    const bar = figure.appendChild(Object.assign(document.createElement("progress"), { max: 1, value: 0 }));
    bar.setAttribute("aria-label", offer.name);
    try {
      const taking = offer.accept();
      for await (const { bytes, total } of taking) bar.value = bytes / total;
      const { files } = await taking.done;
      figure.remove();
      for (const one of files) await show(one.name, await one.file(), "from the other side");
    } catch (problem) {
      figure.remove();
      tell(`${problem.message} ${problem.hint ?? ""}`);
    }
  });

  const give = async (files) => {
    for (const file of files) {
      if (kindOf(file.name) === undefined || file.size > mostBytes) {
        tell(`${file.name} is no picture of at most 25 MB.`);
        continue;
      }
      room.files.offer([file]);
      await show(file.name, file, "from you");
    }
  };

  element("cat").disabled = false;
  element("copy").disabled = false;
  element("cat").addEventListener("click", async () => give([await drawCat()]));
  element("copy").addEventListener("click", async () => {
    await navigator.clipboard.writeText(room.link);
    tell("The link is copied.");
  });
  element("choose").addEventListener("change", async ({ target }) => {
    await give(target.files);
    target.value = "";
  });
  for (const event of ["dragenter", "dragover"])
    addEventListener(event, (drag) => {
      drag.preventDefault();
      document.body.classList.add("over");
    });
  for (const event of ["dragleave", "drop"])
    addEventListener(event, () => document.body.classList.remove("over"));
  addEventListener("drop", (drop) => {
    drop.preventDefault();
    give(drop.dataTransfer.files);
  });
}

function frame(text) {
  const figure = document.createElement("figure");
  figure.append(Object.assign(document.createElement("figcaption"), { textContent: text }));
  element("empty").hidden = true;
  element("empty").after(figure);
  return figure;
}

/** Shows bytes as the kind of picture that the name says, and as nothing else. */
async function show(name, file, from) {
  const picture = Object.assign(new Image(), {
    src: URL.createObjectURL(new Blob([file], { type: kindOf(name) })),
    alt: name,
  });
  try {
    await picture.decode();
    frame(`${name}, ${from}`).prepend(picture);
  } catch {
    URL.revokeObjectURL(picture.src);
    tell(`${name} can't be shown: it is no picture.`);
  }
}
