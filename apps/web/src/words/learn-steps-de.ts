/** What the workbench says of each step, in German. */
import type { LearnWords } from "./learn-en.ts";

export const learnStepsDe: LearnWords["steps"] = {
  "create-connection": {
    title: "Verbindung anlegen",
    why: "Eine RTCPeerConnection hält alles: Beschreibungen, Adressen, Schlüssel, Kanäle. Gesendet wird noch nichts. Die ICE-Server sagen ihr, wen sie nach ihrer öffentlichen Adresse fragt (STUN) und wer ihr eine leiht (TURN).",
  },
  "create-channel": {
    title: "Datenkanal anlegen",
    why: "Ein Angebot muss von etwas handeln. Der Kanal wird auf der Leitung selbst angekündigt: Steht die Verbindung, sagt der Browser der anderen Seite, dass sie ihn öffnen soll.",
  },
  "create-offer": {
    title: "Angebot erstellen",
    why: "Der Browser schreibt auf, was er zu bieten hat, als SDP: einen Abschnitt für jede Art von Medien oder Daten, seinen ICE-Namen mit Passwort und den Fingerabdruck seines Zertifikats. Noch ist nichts geändert: Der Text lässt sich bearbeiten, bevor er gesetzt wird.",
  },
  "set-local-offer": {
    title: "Lokale Beschreibung setzen",
    why: "Jetzt gilt das Angebot. Der Zustand der Aushandlung wird have-local-offer, Ports werden geöffnet und Kandidaten gesammelt.",
  },
  "send-offer": {
    title: "Angebot senden",
    why: "WebRTC sagt nicht, wie ein Angebot zur anderen Seite kommt. Hier ist es ein Text über einen WebSocket, den der Server ungelesen weitergibt. Er wurde geschrieben, bevor es Kandidaten gab, und enthält darum keine.",
  },
  "send-candidates": {
    title: "Kandidaten senden",
    why: "Ein Kandidat ist eine Adresse, unter der diese Seite erreichbar sein könnte. Jeden zu senden, sobald er gefunden ist, heißt Trickle ICE; die von jetzt an gefundenen gehen sofort hinaus.",
  },
  "create-connection-b": {
    title: "Verbindung anlegen",
    why: "Die antwortende Seite braucht eine eigene Verbindung. Ihre ICE-Server dürfen andere sein.",
  },
  listen: {
    title: "Auf den Kanal warten",
    why: "Der Kanal wird drüben angelegt. Hier kommt er als Ereignis an, sobald die Verbindung steht.",
  },
  "set-remote-offer": {
    title: "Entfernte Beschreibung setzen",
    why: "Der Browser liest, was die andere Seite anbietet, und richtet sich für jeden Abschnitt ein. Der Zustand der Aushandlung wird have-remote-offer.",
  },
  "add-candidates-b": {
    title: "Wartende Kandidaten hinzufügen",
    why: "Ein Kandidat gehört zu einer Beschreibung, über ihren ICE-Namen (ufrag). Die vor ihr kamen, wurden beiseitegelegt. Jetzt hinzugefügt, bilden sie Paare mit den eigenen.",
  },
  "create-answer": {
    title: "Antwort erstellen",
    why: "Die Antwort geht das Angebot Abschnitt für Abschnitt durch: Sie nimmt ihn an, lehnt ihn ab oder nimmt nur eine Richtung. Sie hat ICE-Namen und Fingerabdruck der antwortenden Seite und sagt, wer DTLS beginnt.",
  },
  "set-local-answer": {
    title: "Lokale Beschreibung setzen",
    why: "Für diese Seite ist die Aushandlung vorbei: stable. Sie sammelt Kandidaten, und die Prüfungen beginnen, sobald es Adressen beider Seiten gibt.",
  },
  "send-answer": { title: "Antwort senden", why: "Auf demselben Weg zurück, wieder ungelesen." },
  "send-candidates-b": {
    title: "Kandidaten senden",
    why: "Die Adressen der antwortenden Seite. Die vor dem Setzen der Antwort drüben ankommen, müssen dort warten.",
  },
  "set-remote-answer": {
    title: "Entfernte Beschreibung setzen",
    why: "Die Antwort beendet die Aushandlung; beide Seiten sind stable. ICE sucht ein Paar von Adressen, das trägt, DTLS macht darüber die Schlüssel, SCTP trägt darin den Kanal.",
  },
  "add-candidates": {
    title: "Wartende Kandidaten hinzufügen",
    why: "Kandidaten der anderen Seite, die vor dem Setzen ihrer Antwort kamen. Zu früh gedrückt schlägt es fehl, und sie warten weiter.",
  },
  "add-camera": {
    title: "Kamera hinzufügen",
    why: "Die Spur ist sofort da, doch gesendet wird nichts: Die andere Seite hat kein Video zugesagt. Der Browser meldet das mit negotiationneeded.",
  },
  "offer-again": {
    title: "Neu anbieten",
    why: "Ohne Argument erstellt setLocalDescription das Angebot selbst. Dieses enthält die Kandidaten, die schon bekannt sind.",
  },
  "answer-again": {
    title: "Das neue Angebot beantworten",
    why: "Dasselbe wie die Schritte der antwortenden Seite, in einem: entfernte Beschreibung setzen, Wartendes hinzufügen, Antwort erstellen, setzen und senden. Jede Seite darf das.",
  },
  "take-answer": {
    title: "Die neue Antwort annehmen",
    why: "Eine Antwort passt nur zu einem eigenen Angebot, das noch offen ist.",
  },
  "restart-ice": {
    title: "ICE neu beginnen",
    why: "Das nächste Angebot hat einen neuen ICE-Namen mit Passwort, und Kandidaten werden neu gesammelt. Bis ein neues Paar trägt, wird das alte benutzt.",
  },
  "receive-video": {
    title: "Um Video bitten",
    why: "Ein Transceiver mit der Richtung recvonly: Diese Seite will ein Bild und sendet keines.",
  },
  "create-lossy": {
    title: "Einen verlustbehafteten Kanal anlegen",
    why: "Ohne Reihenfolge, und nichts wird zweimal gesendet: Was verloren geht, bleibt verloren, und nichts wartet darauf.",
  },
  "send-numbers": {
    title: "500 Zahlen über jeden Kanal senden",
    why: "Dieselben Zahlen zur selben Zeit. Die andere Seite zählt, was ankommt, in welcher Reihenfolge, und wie lange nichts kam.",
  },
  "send-offer-to-both": {
    title: "Das Angebot an zwei Seiten senden",
    why: "Nichts hält dich davon ab. Doch ICE-Name, Passwort und Zertifikat des Angebots gehören zu einer Verbindung, und die nimmt eine Antwort.",
  },
  "negotiate-perfectly": {
    title: "Von selbst aushandeln",
    why: "Perfect Negotiation: Beide Seiten führen denselben Code aus und dürfen jederzeit anbieten. Treffen sich Angebote, nimmt die höfliche Seite ihres zurück, die andere übergeht, was kam.",
  },
  "close-channel": {
    title: "Kanal schließen",
    why: "Nur der Kanal endet, auf beiden Seiten. Die Verbindung bleibt und kann einen neuen tragen.",
  },
  "close-connection": {
    title: "Verbindung schließen",
    why: "Hier endet alles sofort, ohne ein Ereignis hier. Browser sagen es der anderen Seite durch die Verbindung selbst; geht das verloren, merkt ICE, dass niemand antwortet.",
  },
};
