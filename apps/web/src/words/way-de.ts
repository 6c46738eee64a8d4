import type { WayWords } from "./way-en.ts";

/** By which way media goes, in German. */
export const wayDe: WayWords = {
  forwarded:
    "So viele Bilder gehen über diesen Server, der sie weitergibt. Er könnte mitsehen und mithören; Chat und Dateien gehen wie bisher.",
  forwardedSealed:
    "So viele Bilder gehen über diesen Server, der sie weitergibt. Sie sind von Browser zu Browser versiegelt: Er sieht keines davon.",
  by: (names: string) => `So viele Bilder gehen über ${names}: Diese Seite gibt sie weiter.`,
  byYou: (count: number) =>
    count === 1
      ? "Deine Seite gibt Bild und Ton der anderen an eine Person weiter."
      : `Deine Seite gibt Bild und Ton der anderen an ${count} Personen weiter.`,
  privacy: "Alles bleibt zwischen den Leuten in diesem Raum; der Server sieht nichts davon.",
  cost: (megabits: string) => `Du sendest gerade ${megabits} Mbit/s.`,
  stop: "Unter „Leute“ kannst du das beenden.",
  offer: "Bilder der anderen weitergeben",
  meaning:
    "In großen Räumen eines Servers, der das nicht selbst tut, gibt eine Seite mit guter Verbindung Bild und Ton der anderen weiter. Das kostet Upload und Strom. Ein Telefon im Akkubetrieb tut es nie.",
};
