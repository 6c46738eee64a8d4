/** What the workbench says, in German. */
import { glossaryDe } from "./glossary-de.ts";
import type { LearnWords } from "./learn-en.ts";
import { learnStepsDe } from "./learn-steps-de.ts";

export const learnDe: LearnWords = {
  title: "Werkbank",
  intro:
    "Eine WebRTC-Verbindung von Hand herstellen und alles daran sehen. Zwei Seiten, ein bloßer WebSocket dazwischen und die eigenen Objekte des Browsers.",
  home: "Startseite",
  loading: "Die Plätze beim Server werden eingenommen…",
  sides: { offerer: "Anbietende Seite", answerer: "Antwortende Seite", third: "Zweite antwortende Seite" },
  regionOf: (side) => `Seite: ${side}`,
  stages: {
    offer: "1. Angebot",
    answer: "2. Antwort",
    connect: "3. Verbinden",
    talk: "4. Reden, und ändern, was gesendet wird",
    close: "5. Schließen",
  },
  steps: learnStepsDe,
  mistakes: {
    noConnection: "Auf dieser Seite gibt es noch keine Verbindung. Drücke zuerst „Verbindung anlegen“.",
    noChannel:
      "Auf dieser Seite gibt es noch keinen Kanal. Die anbietende Seite legt ihn an; die antwortende bekommt ihn, sobald die Verbindung steht.",
    noSocket: "Diese Seite hat keine Verbindung zum Server.",
    nothingReceived: "Von der anderen Seite kam noch nichts, also gibt es keine Beschreibung zu setzen.",
    wrongAnswerState:
      "Eine Antwort passt nur zu einem eigenen offenen Angebot (Zustand have-local-offer). Diese Seite hat keines: Sie hat keines gemacht, oder es ist schon beantwortet. Die Meldung klingt nach einem inneren Fehler und ist eine Frage der Reihenfolge.",
    wrongOfferState: "Diese Beschreibung passt nicht zum Zustand der Aushandlung, in dem diese Seite ist.",
    noOfferToAnswer:
      "Beantworten lässt sich nur ein Angebot, das als entfernte Beschreibung gesetzt ist (Zustand have-remote-offer).",
    noRemoteDescription:
      "Ein Kandidat lässt sich nicht vor der Beschreibung hinzufügen, zu der er gehört. Er bleibt liegen; setze die entfernte Beschreibung und versuche es dann wieder.",
    badCandidate:
      "Der Browser kann diesen Kandidaten nicht lesen, oder er gehört zu einer anderen Beschreibung als der gesetzten.",
    changedText:
      "Der Browser nimmt diesen Text nicht an. Was er selbst schrieb, darf wenig geändert werden, in manchen Browsern gar nicht; was von drüben kam, muss gültiges SDP bleiben.",
    badServers:
      "Mit diesen Einstellungen kann der Browser keine Verbindung anlegen. Sieh nach den ICE-Servern: eine Liste in JSON, jeder mit „urls“.",
    closed: "Diese Verbindung wurde geschlossen. Eine geschlossene öffnet sich nie wieder: Beginne neu.",
    channelNotOpen: "Der Kanal ist nicht offen. Er öffnet sich, wenn ICE, DTLS und SCTP fertig sind.",
    cameraRefused: "Der Browser durfte die Kamera nicht benutzen.",
    noCamera: "Es gibt keine Kamera, oder ein anderes Programm hat sie.",
    insecurePage: "Browser geben Kameras nur Seiten, die über HTTPS oder von diesem Rechner selbst kommen.",
    unknown: "Der Browser lehnt es ab, aus dem Grund, den er nennt.",
  },
  experiments: {
    handshake: {
      title: "Der Verbindungsaufbau, von selbst",
      watch:
        "Beobachte, wie die Zustände von new nach connected gehen und die Zahl der Texte über den Server von da an stehen bleibt.",
    },
    noStun: {
      title: "Ohne STUN",
      watch:
        "Beobachte die Kandidaten: nur host, die Adressen dieses Rechners selbst. Hier reicht das; hinter einem Router wären sie von draußen nicht zu erreichen.",
    },
    relayOnly: {
      title: "Nur über das Relay",
      watch:
        "Beobachte die Kandidaten: nur relay, und ein Paar, das durch das Relay des Servers geht. Ohne Relay, oder auf 127.0.0.1 in Chromium, gibt es gar keine, und nichts verbindet sich.",
    },
    mdns: {
      title: "mDNS-Kandidaten",
      watch:
        "Beobachte die host-Kandidaten. Eine Seite, die keine Kamera benutzen darf, bekommt statt Adressen Namen, die auf .local enden und die nur Rechner im selben Netz nachschlagen können; ist die Kamera erlaubt, bekommt sie Adressen.",
    },
    answererOnly: {
      title: "Nur die antwortende Seite sendet Kandidaten",
      watch:
        "Beobachte, dass es sich trotzdem verbindet: Die Prüfungen der anbietenden Seite erreichen die antwortende, und die lernt daraus die Adresse. Ihr entfernter Kandidat ist prflx, peer-reflexive.",
    },
    early: {
      title: "Kandidaten vor der Beschreibung",
      watch:
        "Beobachte, wie die Kandidaten drüben warten, den Fehler, wenn sie zu früh hinzugefügt werden, und wie sie alle hineingehen, sobald die entfernte Beschreibung gesetzt ist.",
    },
    glare: {
      title: "Glare: beide bieten zugleich an",
      watch:
        "Beobachte, wie beide Seiten im selben Augenblick anbieten. Jede gibt ihr Angebot für das andere auf, beide antworten, und keine Antwort hat noch ein Angebot, zu dem sie passt.",
    },
    rollback: {
      title: "Rollback der Perfect Negotiation",
      watch:
        "Beobachte, wie derselbe Zusammenstoß gut ausgeht: Beide bitten zugleich um Video. Die antwortende Seite ist höflich und nimmt ihr Angebot zurück, die anbietende übergeht das, das kam; dann bietet die antwortende noch einmal an.",
    },
    renegotiate: {
      title: "Später eine Spur hinzufügen",
      watch:
        "Beobachte negotiationneeded, dann ein zweites Angebot mit Antwort über dieselbe Verbindung: ICE und DTLS bleiben, wie sie sind, und drüben kommt das Bild an.",
    },
    recvonly: {
      title: "recvonly: nur empfangen",
      watch:
        "Beobachte die Zeilen der Richtung: Das Angebot sagt a=recvonly, die Antwort a=sendonly. Das Bild geht in eine Richtung.",
    },
    restart: {
      title: "ICE-Neustart",
      watch:
        "Beobachte, wie ice-ufrag wechselt und Kandidaten neu kommen, während die Verbindung connected und der Kanal offen bleibt.",
    },
    channels: {
      title: "Geordneter gegen verlustbehafteten Kanal",
      watch:
        "Beobachte die Tabelle der Ankünfte. In einem guten Netz gleichen sich beide. Wo Pakete verloren gehen, ist der geordnete Kanal vollständig und stockt, der andere hat Lücken und geht weiter.",
    },
    close: {
      title: "Erst den Kanal schließen, dann die Verbindung",
      watch:
        "Beobachte die andere Seite: Nach dem Ende des Kanals ist sie noch verbunden; das Ende der Verbindung bemerkt sie von selbst, früher oder später.",
    },
    twoAnswerers: {
      title: "Ein Angebot an zwei",
      watch:
        "Beobachte die zweite Antwort: „wrong state“ klingt nach einem Fehler des Browsers, doch das Angebot war schon beantwortet. Die zweite antwortende Seite wartet und scheitert. Jedes Paar braucht eine eigene Verbindung.",
    },
  },
  step: {
    code: "Sein Code",
    done: "erledigt",
    optional: "nach Belieben",
    waits: "Wartet auf ein Angebot.",
    waitsMeaning: "Die Knöpfe dieser Seite erscheinen, wenn das Angebot ankommt.",
    showAnyway: "Jetzt zeigen",
    failed: "Das ging nicht",
    offerText: "Angebot, änderbar bis es gesetzt ist",
    answerText: "Antwort, änderbar bis sie gesetzt ist",
    receivedOffer: "Angekommenes Angebot, änderbar bis es gesetzt ist",
    receivedAnswer: "Angekommene Antwort, änderbar bis sie gesetzt ist",
    unread: (what) => (what === "offer" ? "Ein Angebot ist da." : "Eine Antwort ist da."),
    standing: "Was für jeden ankommenden Text läuft",
    showSteps: "Die Schritte des Verbindungsaufbaus zeigen",
  },
  states: {
    title: "Zustände",
    signaling: "Aushandlung",
    gathering: "Sammeln",
    ice: "ICE",
    dtls: "DTLS",
    connection: "Verbindung",
    channel: "Kanal",
    none: "–",
    socket: "Server",
    open: "offen",
    closed: "geschlossen",
  },
  candidates: {
    own: (count) => (count === 1 ? "1 eigener Kandidat" : `${count} eigene Kandidaten`),
    waiting: (count) =>
      count === 1
        ? "1 wartet darauf, hinzugefügt zu werden"
        : `${count} warten darauf, hinzugefügt zu werden`,
    kind: "Art",
    protocol: "Protokoll",
    address: "Adresse",
    pair: "Benutzt",
    pairText: (local, remote, protocol) => `${local} zu ${remote}, ${protocol}`,
  },
  arrivals: {
    title: "Ankünfte",
    channel: "Kanal",
    ordered: "geordnet",
    lossy: "verlustbehaftet",
    count: "Angekommen",
    outOfOrder: "Außer der Reihe",
    pause: "Längste Pause",
    ms: (value) => `${value} ms`,
    bad: "Das Relay dieses Servers ist absichtlich schlecht (--turn-lab): Die Kanäle gehen hindurch.",
    good: "In diesem Netz geht kaum etwas verloren. Zum Ausprobieren kann der Betreiber das Relay absichtlich verschlechtern: --turn-lab loss=0.1,delay=50.",
  },
  video: { own: "Deine Kamera", theirs: "Was von der anderen Seite kommt" },
  chat: {
    title: "Nachrichten, direkt",
    message: "Nachricht",
    send: "Senden",
    own: "Du",
    other: "andere Seite",
    proof: (texts, bytes) =>
      `Bisher über den Server: ${texts} Texte, ${bytes} Bytes. Nachrichten gehen direkt und fügen nichts hinzu.`,
  },
  settings: {
    title: "Einstellungen",
    meaning: "Sie gelten für das nächste „Verbindung anlegen“ und „Datenkanal anlegen“.",
    servers: "ICE-Server",
    withServers: "Die ICE-Server benutzen",
    policy: "ICE-Wege (iceTransportPolicy)",
    policyAll: "all: alle",
    policyRelay: "relay: nur über das Relay",
    ordered: "Geordneter Kanal",
    retransmits: "Verlorenes noch einmal senden",
    always: "bis es ankommt",
    never: "nie",
  },
  share: {
    button: "Mit einem anderen Rechner",
    title: "Die andere Seite auf einem anderen Rechner",
    meaning: "Öffne diesen Link dort. Wer ihn öffnet, ist die antwortende Seite.",
    copy: "Link kopieren",
    copied: "Kopiert",
    waiting: "Noch hat ihn niemand geöffnet.",
    here: "Die andere Seite ist da.",
    back: "Beide Seiten auf dieser Seite",
  },
  refused: {
    "room-full": "An dieser Werkbank sind schon zwei. Öffne eine eigene.",
    timeout: "Der Server hat diese Werkbank geschlossen, weil ihre Zeit um war.",
    unreachable: "Der Server ist nicht zu erreichen.",
    other: "Der Server hat die Verbindung geschlossen. Was direkt verbunden ist, geht weiter.",
    again: "Wieder mit dem Server verbinden",
    fresh: "Eine eigene Werkbank öffnen",
  },
  anew: "Neu beginnen",
  play: {
    title: "Versuche",
    choose: "Versuch",
    none: "Von Hand, kein Versuch",
    watch: "Worauf zu achten ist",
    run: "Ausführen",
    set: "Einrichten und die Schritte selbst drücken",
    states: {
      running: "Läuft…",
      done: "Fertig. Sieh nach den Zuständen, den Schritten und dem Protokoll.",
      asking: "Warten, bis die andere Seite mitmacht…",
      declined: "Die andere Seite möchte jetzt nicht.",
      lost: "Die andere Seite hat den Versuch verlassen.",
    },
    together: "Jede Seite macht ihre eigenen Züge; die andere wird vorher gefragt.",
    alone: "Versuche laufen, sobald die andere Seite da ist.",
    asked: (title: string) =>
      `Die andere Seite möchte mit dir „${title}“ ausführen. Beide Seiten beginnen von vorn; manche Versuche benutzen deine Kamera.`,
    join: "Mitmachen",
    decline: "Jetzt nicht",
  },
  log: {
    title: "Verlauf",
    empty: "Noch nichts.",
    sent: {
      offer: "Angebot gesendet",
      answer: "Antwort gesendet",
      candidate: "Kandidat gesendet",
      nothing: "ein Text ohne Beschreibung gesendet: Es gab nichts zu senden",
    },
    came: {
      offer: "Angebot angekommen",
      answer: "Antwort angekommen",
      candidate: "Kandidat angekommen",
      nothing: "ein Text ohne Beschreibung und Kandidat kam an",
    },
    held: (count) => `beiseitegelegt, bis die Beschreibung gesetzt ist: ${count}`,
    failed: "fehlgeschlagen",
    server: "Vom Server",
    late: {
      offer: "kein Angebot kam",
      answer: "keine Antwort kam",
      candidate: "kein Kandidat kam",
      gathered: "das Sammeln endete nicht",
      "channel open": "der Kanal öffnete sich nicht",
      "channel closed": "der Kanal schloss sich nicht",
      connected: "es verband sich nicht",
      "not connected": "das Ende wurde nicht bemerkt",
      "negotiation needed": "negotiationneeded kam nicht",
      agreed: "sie einigten sich nicht",
      video: "kein Bild kam",
      numbers: "nicht alle Zahlen kamen",
    },
    notes: {
      ignored: "Angebote trafen sich: Diese Seite ist unhöflich und übergeht das, das kam",
      "rolled-back": "Angebote trafen sich: Diese Seite ist höflich und nimmt ihres zurück",
    },
  },
  glossary: glossaryDe,
};
