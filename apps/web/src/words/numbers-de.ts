import type { NumbersWords } from "./numbers-en.ts";

/** The numbers of a link, in German. */
export const numbersDe: NumbersWords = {
  title: (name: string) => `Verbindung mit ${name}`,
  measuring: "Wird gemessen…",
  resting: "Gerade ist keine direkte Verbindung nötig. Sie öffnet sich von selbst.",
  path: "Weg",
  direct: "direkt",
  relayed: "über ein Relay",
  forwarded: "über einen Verteiler",
  unknown: "nicht bekannt",
  roundTrip: "Hin und zurück",
  loss: "Unterwegs verloren",
  received: "Empfangen",
  sent: "Gesendet",
  picture: "Bild",
  pictureSent: "Gesendetes Bild",
  codec: "Kodierung",
  good: "Die Verbindung ist gut.",
  poor: "Die Verbindung ist schlecht: Bilder können stehen bleiben, und der Ton kann abreißen.",
  relayMeaning:
    "Sie geht über ein Relay, weil sich kein direkter Weg fand. Das Relay kann nicht sehen und hören, was hindurchgeht.",
};
