/** Terms of WebRTC and of what it stands on, in German. */
import type { LearnWords } from "./learn-en.ts";

export const glossaryDe: LearnWords["glossary"] = {
  title: "Begriffe",
  terms: [
    {
      id: "signaling",
      term: "Signalisierung",
      text: "Wie zwei Seiten Beschreibungen und Kandidaten austauschen, bevor sie verbunden sind. WebRTC überlässt den Weg der Anwendung.",
    },
    {
      id: "sdp",
      term: "SDP",
      text: "Session Description Protocol: Textzeilen, die sagen, was eine Seite sendet, empfängt und versteht. Ein Abschnitt (m=) je Art von Medien oder Daten.",
    },
    {
      id: "offer",
      term: "Angebot (Offer)",
      text: "Eine Beschreibung, die eine Sitzung vorschlägt oder eine Änderung daran.",
    },
    {
      id: "answer",
      term: "Antwort (Answer)",
      text: "Die Beschreibung, die einem Angebot erwidert, Abschnitt für Abschnitt. Mit ihr ist der Austausch vollständig.",
    },
    {
      id: "description",
      term: "Lokale und entfernte Beschreibung",
      text: "Was eine Verbindung von beiden Seiten hält. Das Setzen zählt; Erstellen und Senden ändert nichts.",
    },
    {
      id: "signaling-state",
      term: "Zustand der Aushandlung",
      text: "Wo der Austausch steht: stable, have-local-offer, have-remote-offer, closed.",
    },
    {
      id: "ice",
      term: "ICE",
      text: "Interactive Connectivity Establishment: sammelt Adressen, probiert Paare davon und wählt eines, das trägt.",
    },
    {
      id: "candidate",
      term: "Kandidat",
      text: "Adresse und Port, unter denen eine Seite erreichbar sein könnte, mit Art und Rang.",
    },
    { id: "host", term: "Host-Kandidat", text: "Eine Adresse des Rechners selbst." },
    {
      id: "srflx",
      term: "Server-reflexiver Kandidat (srflx)",
      text: "Die Adresse, die ein STUN-Server sieht: die Außenseite des eigenen NAT.",
    },
    {
      id: "prflx",
      term: "Peer-reflexiver Kandidat (prflx)",
      text: "Eine Adresse, die die andere Seite aus einer Prüfung gelernt hat, die von dort kam, ohne dass man sie ihr sagte.",
    },
    { id: "relay", term: "Relay-Kandidat", text: "Eine Adresse, die ein TURN-Server leiht." },
    {
      id: "mdns",
      term: "mDNS-Kandidat",
      text: "Ein Host-Kandidat mit einem zufälligen .local-Namen statt der Adresse, damit eine Seite sie nicht erfährt.",
    },
    {
      id: "trickle",
      term: "Trickle ICE",
      text: "Jeden Kandidaten senden, wenn er gefunden ist, statt auf alle zu warten.",
    },
    {
      id: "check",
      term: "Verbindungsprüfung",
      text: "Eine STUN-Anfrage von einem Kandidaten zu einem anderen, mit dem ICE-Passwort der anderen Seite signiert. Ihre Antwort zeigt, dass das Paar trägt.",
    },
    {
      id: "pair",
      term: "Kandidatenpaar",
      text: "Ein Kandidat von jeder Seite. Die führende Seite, in der Regel die anbietende, bestimmt das benutzte.",
    },
    {
      id: "ufrag",
      term: "ice-ufrag und ice-pwd",
      text: "Name und Passwort einer Seite für eine Generation von ICE. Prüfungen tragen sie, damit Fremde nicht mitmachen können.",
    },
    {
      id: "restart",
      term: "ICE-Neustart",
      text: "Neuer ICE-Name mit Passwort, neue Kandidaten, neue Suche, während das alte Paar weitergeht.",
    },
    {
      id: "consent",
      term: "Zustimmung (Consent)",
      text: "Prüfungen gehen weiter, solange ein Paar benutzt wird. Ohne Antwort in 30 Sekunden darf nichts mehr gesendet werden.",
    },
    {
      id: "stun",
      term: "STUN",
      text: "Das Protokoll der Prüfungen; ein STUN-Server sagt einer Seite auch, unter welcher Adresse man sie sieht.",
    },
    {
      id: "turn",
      term: "TURN",
      text: "Das Protokoll eines Relays, das eine Adresse leiht und Pakete weitergibt. Lesen kann es sie nicht.",
    },
    {
      id: "nat",
      term: "NAT",
      text: "Adressumsetzung (Network Address Translation): ein Router, der ein Netz eine Adresse teilen lässt und verwirft, worum drinnen niemand bat.",
    },
    {
      id: "dtls",
      term: "DTLS",
      text: "TLS über Datagramme. Läuft über das gewählte Paar, macht die Schlüssel und verschlüsselt die Datenkanäle.",
    },
    {
      id: "fingerprint",
      term: "Fingerabdruck",
      text: "Die Prüfsumme des Zertifikats einer Seite, in ihrer Beschreibung. DTLS muss genau dieses Zertifikat zeigen: Wer die Beschreibung schützt, schützt die Verbindung.",
    },
    { id: "srtp", term: "SRTP", text: "Verschlüsselte Pakete von Ton und Bild, mit Schlüsseln aus DTLS." },
    {
      id: "sctp",
      term: "SCTP",
      text: "Trägt die Datenkanäle in DTLS: Nachrichten, geordnet oder nicht, wiederholt oder nicht.",
    },
    {
      id: "data-channel",
      term: "Datenkanal",
      text: "Nachrichten der Anwendung zwischen zwei Seiten. Auf der Leitung geöffnet (DCEP) oder, verabredet, über dieselbe Nummer auf beiden Seiten.",
    },
    {
      id: "transceiver",
      term: "Transceiver",
      text: "Sender und Empfänger einer Art von Medien: ein Abschnitt der Beschreibung.",
    },
    {
      id: "direction",
      term: "Richtung",
      text: "sendrecv, sendonly, recvonly oder inactive: was eine Seite mit einem Abschnitt tun will. Eine Antwort kann nur nehmen, was das Angebot gibt.",
    },
    {
      id: "bundle",
      term: "BUNDLE",
      text: "Alle Abschnitte teilen sich ein Adresspaar und eine DTLS-Verbindung.",
    },
    {
      id: "negotiationneeded",
      term: "negotiationneeded",
      text: "Damit sagt eine Verbindung, dass sie ein weiteres Angebot braucht.",
    },
    { id: "glare", term: "Glare", text: "Beide Seiten bieten zugleich an." },
    {
      id: "rollback",
      term: "Rollback",
      text: "Ein gesetztes und unbeantwortetes Angebot zurücknehmen. Die Verbindung ist wieder stable wie zuvor.",
    },
    {
      id: "perfect-negotiation",
      term: "Perfect Negotiation",
      text: "Ein Muster, in dem beide Seiten jederzeit anbieten dürfen: Die eine ist höflich und nimmt zurück, die andere übergeht.",
    },
  ],
};
