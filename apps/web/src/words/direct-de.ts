import type { DirectWords } from "./direct-en.ts";

/** Words of `/direct`, in German. */
export const directDe: DirectWords = {
  title: "Ein Raum ohne Server",
  meaning:
    "Du und eine andere Person gebt einander zwei kurze Texte, auf welchem Weg ihr wollt. Dann rufen eure Browser einander direkt an.",
  steps: [
    "Eine Person macht eine Einladung und gibt sie weiter.",
    "Die andere gibt eine Antwort zurück.",
    "Das ist alles: Ihr seid zu zweit in einem Raum, mit Bild, Ton, Chat und Dateien.",
  ],
  invite: "Jemanden einladen",
  join: "Mit Text beitreten",
  knowTitle: "Gut zu wissen",
  know: [
    "Ohne Server müssen beide im selben Netz sein, zum Beispiel im selben WLAN. Solange der Server dieser Seite da ist, hilft er, von außen gefunden zu werden.",
    "Browser verbergen ihre Adresse hinter einem Namen mit der Endung .local, den viele Netze nicht weitergeben. Wenn diese Seite Kamera oder Mikrofon nutzen darf, wird die Adresse selbst weitergegeben.",
    "Lass diese Seite offen, bis beide im Raum sind. Eine Einladung gilt eine halbe Stunde und für eine Person.",
    "Wer die Einladung hat, kann sie beantworten. Sie ist nur für eine Person gedacht.",
  ],
  kept: "Diese Seite ist jetzt auf diesem Gerät aufgehoben und öffnet sich auch ohne ihren Server. Dein Browser kann sie über sein Menü installieren.",
  takeTitle: "Mit Text beitreten",
  takeMeaning: "Jemand hat eine Einladung für dich gemacht. Bring sie auf einem dieser Wege hierher.",
  invitationField: "Einladung",
  placeholder: (mark: string) => `${mark} …`,
  next: "Weiter",
  back: "Zurück",
  scan: "QR-Code scannen",
  scanTitle: "Den QR-Code scannen",
  scanMeaning: "Halte den anderen Bildschirm so vor deine Kamera, dass der Code das Bild fast füllt.",
  scanPart: (read: number, of: number) => `${read} von ${of} Codes gelesen.`,
  scanFailed: "Deine Kamera lässt sich hier nicht nutzen. Mach ein Foto des Codes und öffne es.",
  openFile: "Datei oder Bild öffnen",
  openFailed: "In dieser Datei ist weder ein Text noch ein QR-Code, der sich lesen lässt.",
  lobbyInvite: "Ohne Server einladen",
  lobbyJoin: "Ohne Server beitreten",
  lobbyMeaning: "Verschlüsselt von Browser zu Browser. Wer die Einladung hat, kann sie einmal beantworten.",
  makeInvitation: "Einladung machen",
  makeAnswer: "Antwort machen",
  making: "Es werden Wege zu diesem Browser gesucht …",
  inviteTitle: "Die andere Person einladen",
  handInvitation: "Gib das weiter",
  handInvitationMeaning: "Als Nachricht, E-Mail oder Datei, oder lass es scannen.",
  handAnswer: "Gib das zurück",
  handAnswerMeaning:
    "An die Person, die dich eingeladen hat: als Nachricht, E-Mail oder Datei, oder lass es scannen.",
  answerTitle: "Die Einladung beantworten",
  invitationText: "Deine Einladung",
  answerText: "Deine Antwort",
  copy: "Kopieren",
  copied: "Kopiert.",
  copyFailed: "Das ließ sich nicht kopieren. Markiere den Text und kopiere ihn.",
  share: "Teilen …",
  save: "Als Datei speichern",
  invitationFile: "parlour-einladung.txt",
  answerFile: "parlour-antwort.txt",
  qrInvitation: "Die Einladung als QR-Code",
  qrAnswer: "Die Antwort als QR-Code",
  qrMeaning: "Die Kamera eines Telefons öffnet ihn, und auch diese Seite kann ihn scannen.",
  qrAnswerMeaning: "Zum Scannen auf der Seite, die dich eingeladen hat.",
  qrTurning: (count: number) => `Der Text ist lang, darum sind es ${count} Codes, die aufeinander folgen.`,
  takeAnswer: "Nimm die Antwort entgegen",
  takeAnswerMeaning: "Die andere Person bekommt sie von dieser Seite, wenn sie deine Einladung öffnet.",
  answerField: "Antwort",
  connect: "Verbinden",
  connecting: "Verbindung wird aufgebaut …",
  waiting: "Warten, bis deine Antwort angekommen ist …",
  waitingMeaning: "Das Gespräch beginnt von selbst. Lass diese Seite offen.",
  goodUntil: (time: string) => `Gültig bis ${time}.`,
  reach: {
    nowhere: "Dieser Browser hat gar kein Netz gefunden. Verbinde dieses Gerät und fang neu an.",
    names:
      "Dieser Browser gibt nur einen verborgenen Namen weiter (mit der Endung .local). Wenn das Gespräch nicht beginnt, geh zurück, schalte Kamera oder Mikrofon ein und versuche es noch einmal.",
  },
  problems: {
    "text-unknown":
      "Darin ist keine Einladung oder Antwort. Sie beginnt mit INV1 oder ANS1: kopiere alles davon.",
    "text-cut": "Das Ende fehlt. Kopiere alles bis zum letzten Buchstaben.",
    "text-damaged": "Der Text hat sich unterwegs verändert. Kopiere ihn noch einmal oder schicke ihn anders.",
    "text-newer":
      "Der Text kommt von einer neueren Version dieser Seite. Lade diese Seite neu, solange ihr Server da ist.",
    "text-invitation":
      "Das ist die Einladung von jemand anderem. Gib deine weiter und bring die Antwort, die du bekommst.",
    "text-answer":
      "Das ist eine Antwort und keine Einladung. Sie gehört auf die Seite der Person, die eingeladen hat.",
    "text-other": "Diese Antwort gehört zu einer anderen Einladung. Bitte um eine Antwort auf die obige.",
    "text-own": "Das ist deine eigene Einladung. Gib sie weiter und bring die Antwort, die du bekommst.",
    "text-stale":
      "Diese Einladung ist älter als eine halbe Stunde. Bitte um eine neue. (Geht die Uhr auf beiden Geräten richtig?)",
    "text-used": "Diese Einladung wurde schon beantwortet. Mach für jemand anderen eine neue.",
  },
  ended: {
    left: {
      title: "Du hast den Raum verlassen",
      meaning: "Um euch wieder zu treffen, gebt einander neue Texte.",
    },
    stale: {
      title: "Die Einladung ist zu alt",
      meaning: "Niemand hat sie in einer halben Stunde beantwortet. Mach eine neue.",
    },
    noWay: {
      title: "Die beiden Browser haben einander nicht gefunden",
      meaning:
        "Beide Geräte müssen im selben Netz sein. Manche Netze trennen Geräte voneinander, zum Beispiel oft das WLAN für Gäste.",
      names:
        "Ein Browser hat nur einen verborgenen Namen weitergegeben. Schaltet in beiden Browsern Kamera oder Mikrofon ein, bevor ihr anfangt, und versucht es noch einmal.",
    },
    wrongKey: {
      title: "Das war jemand anderes",
      meaning:
        "Die andere Seite ist nicht die, die den Text gemacht hat. Vielleicht sitzt jemand dazwischen: gebt einander neue Texte auf einem anderen Weg.",
    },
    other: { title: "Der Raum kam nicht zustande" },
    again: "Neu anfangen",
  },
};
