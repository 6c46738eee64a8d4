import { callWords } from "./call-de.ts";
import type { Words } from "./en.ts";
import { filesDe } from "./files-de.ts";

/** Jedes Wort der Seite auf Deutsch. */
export const de: Words = {
  app: {
    name: "Parlour",
    tagline: "Ein Raum im Netz, den ein Link öffnet.",
    home: "Startseite",
    theme: "Farben",
    themeSystem: "Wie das System",
    themeLight: "Hell",
    themeDark: "Dunkel",
    language: "Sprache",
    languageSystem: "Wie der Browser",
    close: "Schließen",
    cancel: "Abbrechen",
    tryAgain: "Noch einmal versuchen",
  },
  home: {
    start: "Privaten Raum beginnen",
    startMeaning: "Du bekommst einen Link. Wer ihn hat, kommt hinein; sonst niemand.",
    direct: "Oder eine Person ohne Server treffen",
    openTitle: "Raum öffnen",
    roomName: "Name des Raums",
    open: "Öffnen",
    openMeaning: "Öffentliche Räume stehen unten in der Liste, und ihr Chat geht über den Server.",
    badName: "Der Name braucht mindestens einen Buchstaben von a bis z oder eine Ziffer.",
    listTitle: "Öffentliche Räume",
    listLoading: "Räume werden gesucht…",
    listEmpty: "Gerade ist kein öffentlicher Raum offen. Öffne oben einen mit seinem Namen.",
    listFailed: "Die Liste lässt sich gerade nicht laden. Die Seite versucht es weiter.",
    people: (count: number) => (count === 1 ? "1 Person" : `${count} Personen`),
    who: (names: string, more: number) => (more > 0 ? `${names} und ${more} weitere` : names),
    full: "voll",
    seesTitle: "Was der Server sieht",
    sees:
      "Er sieht, wer in welchem Raum ist, und die Adressen; in öffentlichen Räumen auch Chat und Namen. Bild, Ton und alles in einem privaten Raum gehen " +
      "verschlüsselt von Browser zu Browser; der Schlüssel eines privaten Raums bleibt in deinem Link.",
    learn: "So geht es, Schritt für Schritt",
    inspect: "In eine gespeicherte Aufzeichnung davon schauen",
    insecureTitle: "Diese Seite kommt nicht über HTTPS",
    insecure:
      "Browser geben dann weder Kamera noch Mikrofon noch Schlüssel her: Anrufe und private Räume gibt es hier deshalb nicht.",
    insecureFix: "Wer diesen Server betreibt, kann ihn starten mit",
    insecureFlag: "--tls self",
    certificateTitle: "Dem Zertifikat dieses Servers vertrauen",
    certificate:
      "Dieser Server hat sich sein Zertifikat selbst gemacht. Installiere es einmal auf jedem Gerät, dann bleibt die Warnung für immer weg. Tu das nur, wenn du weißt, wer diesen Server betreibt.",
    certificateDownload: "Zertifikat herunterladen",
    certificateSystems: [
      {
        system: "Windows",
        steps:
          "Datei öffnen, „Zertifikat installieren“ drücken, „Aktueller Benutzer“ wählen und unter „Vertrauenswürdige Stammzertifizierungsstellen“ ablegen.",
      },
      {
        system: "macOS",
        steps:
          "Datei in der Schlüsselbundverwaltung öffnen, das Zertifikat öffnen und unter „Vertrauen“ „Immer vertrauen“ wählen.",
      },
      {
        system: "iPhone und iPad",
        steps:
          "Datei in Safari öffnen und das Profil erlauben. In den Einstellungen unter „Allgemein“, „VPN und Geräteverwaltung“ installieren und unter „Info“, „Zertifikatsvertrauenseinstellungen“ einschalten.",
      },
      {
        system: "Android",
        steps:
          "In den Einstellungen nach „CA-Zertifikat“ suchen, „Trotzdem installieren“ wählen und die Datei angeben.",
      },
      {
        system: "Linux (Chrome)",
        steps:
          "In chrome://certificate-manager unter „Lokale Zertifikate“, „Benutzerdefiniert“ die Datei als vertrauenswürdig importieren.",
      },
      {
        system: "Firefox, überall",
        steps:
          "In den Einstellungen nach „Zertifikate anzeigen“ suchen, unter „Zertifizierungsstellen“ importieren und ihm für Websites vertrauen.",
      },
    ],
  },
  lobby: {
    title: (room: string) => `${room} beitreten`,
    titlePrivate: "Dem privaten Raum beitreten",
    isPrivate: (room: string) =>
      `${room}: verschlüsselt von Browser zu Browser. Nur wer diesen Link hat, kommt hinein.`,
    isPublic:
      "Öffentlicher Raum: Jeder kann ihn finden, und dein Name kann in der Liste stehen. Der Chat geht über den Server.",
    yourName: "Dein Name",
    camera: "Kamera",
    microphone: "Mikrofon",
    speaker: "Lautsprecher",
    cameraSwitch: "Kamera benutzen",
    microphoneSwitch: "Mikrofon benutzen",
    anyDevice: "Automatisch",
    unnamedDevice: (number: number) => `Gerät ${number}`,
    level: "Pegel deines Mikrofons",
    testSpeaker: "Testton abspielen",
    moreSpeakers: "Anderen Lautsprecher wählen",
    testSpeakerFailed: "Der Testton ließ sich nicht abspielen.",
    preview: "Dein Bild",
    previewOff: "Deine Kamera ist aus",
    previewStarting: "Deine Kamera startet…",
    join: "Beitreten",
    joining: "Beitritt läuft…",
    noSealing:
      "Dieser Browser kann nicht Bild für Bild verschlüsseln. In einem Raum mit vielen Leuten kommen Bilder vielleicht nur langsam oder gar nicht bei dir an.",
    onlyWatching: "Du siehst und hörst zu. Die anderen sehen und hören dich nicht.",
    waiting: "Warten, bis dich der Gastgeber hereinlässt…",
    waitingMeaning: "Der Gastgeber sieht, dass du da bist. Sobald er zustimmt, kommst du hinein.",
    stopWaiting: "Nicht länger warten",
    passcode: "Kennwort",
    passcodeNeeded: "Dieser Raum hat ein Kennwort. Frag die Person, die dich eingeladen hat.",
    passcodeWrong:
      "Das ist nicht das Kennwort dieses Raums. Versuch es noch einmal, oder frag die Person, die dich eingeladen hat.",
    nameRefused: "Dieser Raum nimmt diesen Namen nicht an. Wähle einen anderen.",
  },
  connectionTest: {
    open: "Verbindung testen",
    title: "Test der Verbindung",
    running: "Wird versucht…",
    runningMeaning:
      "Versucht wird, was ein Anruf braucht. Das dauert ein paar Sekunden, und bis zu einer halben Minute, wo etwas nicht antwortet.",
    notTried: "Nicht versucht, weil etwas weiter oben nicht geht.",
    again: "Noch einmal testen",
    missing: "Dieser Server bietet es nicht an.",
    noStun: "Dieser Server hat kein STUN, deshalb sind weniger Anrufe direkt.",
    states: { waiting: "wird versucht", works: "geht", degraded: "könnte besser sein", fails: "geht nicht" },
    checks: {
      server: {
        name: "Der Server",
        works: "Er antwortet.",
        fails: "Er ist nicht erreichbar. Bist du online?",
      },
      websocket: {
        name: "Weg in Räume",
        works: "Ein Raum lässt dich ein.",
        fails:
          "Kein Raum lässt sich betreten. Ein Proxy oder eine Firewall in deinem Netz sperrt vielleicht WebSockets.",
      },
      stun: {
        name: "Deine eigene Adresse",
        works: "Dein Browser erfährt die Adresse, unter der andere ihn erreichen.",
        fails:
          "Dein Browser erfährt seine Adresse nicht: Dein Netz sperrt UDP. Anrufe gehen dann über das Relay.",
      },
      "relay-udp": {
        name: "Relay über UDP",
        works: "Wo nichts direkt geht, gehen Anrufe über den Server, in voller Qualität.",
        fails: "Dein Netz lässt das nicht durch.",
      },
      "relay-tcp": {
        name: "Relay über TCP",
        works: "Anrufe kommen durch Netze, die UDP sperren.",
        fails: "Dein Netz lässt das nicht durch.",
      },
      "relay-tls": {
        name: "Relay über TLS",
        works: "Anrufe kommen durch Netze, die nichts als HTTPS hinauslassen.",
        fails:
          "Dein Netz lässt das nicht durch, oder dein Browser vertraut dem Zertifikat des Servers nicht.",
      },
    },
    devices: {
      name: "Kamera und Mikrofon",
      works: "Sie sind an.",
      off: "Beide sind aus. Du kannst sie vor dem Beitreten einschalten.",
    },
    verdict: {
      fine: "Alles, was ein Anruf braucht, geht hier.",
      slower:
        "Anrufe gehen hier. Wo sie nicht direkt sein können, gehen sie über TCP und stocken vielleicht.",
      directOnly:
        "Anrufe gehen hier vielleicht, wo sie direkt sein können. Das Relay für alle anderen ist nicht erreichbar.",
      blocked:
        "Anrufe werden hier kaum gehen: Dein Netz lässt keinen der Wege durch. Versuche ein anderes Netz, zum Beispiel das eines Telefons.",
      noServer: "Der Server ist nicht so erreichbar, wie Anrufe es brauchen.",
    },
  },
  devices: {
    deniedCamera:
      "Der Browser lässt diese Seite nicht an deine Kamera. Damit man dich sieht, erlaube sie neben der Adresse.",
    deniedMicrophone:
      "Der Browser lässt diese Seite nicht an dein Mikrofon. Damit man dich hört, erlaube es neben der Adresse.",
    deniedBoth:
      "Der Browser lässt diese Seite nicht an Kamera und Mikrofon. Damit man dich sieht und hört, erlaube sie neben der Adresse.",
    dismissedCamera:
      "Du wurdest nach deiner Kamera gefragt und hast sie nicht freigegeben. Schalte sie noch einmal ein, um wieder gefragt zu werden.",
    dismissedMicrophone:
      "Du wurdest nach deinem Mikrofon gefragt und hast es nicht freigegeben. Schalte es noch einmal ein, um wieder gefragt zu werden.",
    dismissedBoth:
      "Du wurdest nach Kamera und Mikrofon gefragt und hast sie nicht freigegeben. Schalte sie noch einmal ein, um wieder gefragt zu werden.",
    missingCamera: "Es wurde keine Kamera gefunden.",
    missingMicrophone: "Es wurde kein Mikrofon gefunden.",
    missingBoth: "Es wurden weder Kamera noch Mikrofon gefunden.",
    busyCamera: "Deine Kamera lässt sich gerade nicht benutzen. Vielleicht benutzt sie ein anderes Programm.",
    busyMicrophone:
      "Dein Mikrofon lässt sich gerade nicht benutzen. Vielleicht benutzt es ein anderes Programm.",
    lostCamera: "Deine Kamera wurde abgezogen oder weggenommen.",
    lostMicrophone: "Dein Mikrofon wurde abgezogen oder weggenommen.",
    insecure: "Kamera und Mikrofon brauchen HTTPS, und das hat diese Seite nicht.",
    joinAnyway: "Beitreten kannst du trotzdem.",
    silent:
      "Von deinem Mikrofon kommt nichts. Vielleicht ist es am Gerät ausgeschaltet, oder ein anderes ist das richtige.",
    lostUsesOther: (label: string) => `Ein Gerät wurde abgezogen. Jetzt ist ${label} in Gebrauch.`,
    lostUsesAnother: "Ein Gerät wurde abgezogen. Jetzt ist ein anderes in Gebrauch.",
    isBack: "Dein Gerät ist wieder da und wieder in Gebrauch.",
    plugged: (label: string) => `${label} wurde angeschlossen. Wähle es unter „Mehr“, „Einstellungen“.`,
  },
  names: {
    first:
      "Bunter Flinker Fröhlicher Gelassener Goldener Heiterer Kluger Leiser Lieber Munterer Mutiger Ruhiger Sanfter Silberner Sonniger Stiller",
    second: "Biber Dachs Falke Fink Fuchs Hase Igel Luchs Marder Otter Rabe Reiher Schwan Specht Star Zeisig",
  },
  ...callWords,
  invite: {
    title: "Leute einladen",
    ready: "Dein privater Raum ist bereit",
    readyCopied: "Dein privater Raum ist bereit, und sein Link ist kopiert",
    meaning: "Schick diesen Link den Leuten, die du hier haben willst. Wer ihn hat, kommt hinein.",
    link: "Link zu diesem Raum",
    copy: "Kopieren",
    share: "Teilen…",
    qr: "Der Link als QR-Code",
    qrMeaning: "Halte die Kamera eines Telefons darauf.",
    open: "Einladen",
  },
  files: filesDe,
  endings: {
    left: {
      title: "Du hast den Raum verlassen",
      meaning: "Die anderen können ohne dich weitermachen.",
      rejoin: "Wieder beitreten",
    },
    removed: {
      title: "Du wurdest hinausgeschickt",
      meaning: "Der Gastgeber hat dich hinausgeschickt. Bitte ihn, dich wieder hereinzulassen.",
    },
    ended: {
      title: "Der Raum wurde beendet",
      meaning: "Der Gastgeber hat ihn für alle beendet. Seine Nachrichten sind mit ihm weg.",
    },
    full: {
      title: "Dieser Raum ist voll",
      meaning: "Alle Plätze sind besetzt. Warte, bis jemand geht.",
    },
    denied: {
      title: "Du wurdest nicht hereingelassen",
      meaning:
        "Der Gastgeber hat dich abgewiesen. Frag ihn außerhalb dieser Seite, oder versuch es noch einmal.",
    },
    locked: {
      title: "Dieser Raum ist geschlossen",
      meaning: "Gerade kommt niemand hinein. Bitte den Gastgeber, ihn zu öffnen.",
    },
    wrongKey: {
      title: "Dieser Link ist unvollständig",
      meaning:
        "Sein letzter Teil, nach dem #, fehlt oder gehört zu einem anderen Raum. Kopiere den ganzen Link noch einmal, oder lass ihn dir neu geben.",
    },
    missing: {
      title: "Diesen Raum gibt es nicht",
      meaning:
        "Vielleicht ist er beendet, oder der Link hat einen Tippfehler. Prüfe ihn, oder bitte um einen neuen.",
    },
    offline: {
      title: "Du bist offline",
      meaning: "Dieses Gerät hat gerade kein Netz. Verbinde es, und versuch es noch einmal.",
    },
    unreachable: {
      title: "Der Server ist nicht zu erreichen",
      meaning: "Vielleicht bist du offline, oder der Server läuft nicht. Prüfe dein Netz.",
    },
    elsewhere: {
      title: "Du bist auf einer anderen Seite in diesem Raum",
      meaning:
        "Derselbe Platz wurde in einem neueren Tab oder Fenster geöffnet. Mach dort weiter, oder hol ihn hierher zurück.",
      takeBack: "Hier beitreten",
    },
    tooOld: {
      title: "Diese Seite ist veraltet",
      meaning: "Der Server spricht eine neuere Fassung. Lade die Seite neu, damit sie passt.",
      reload: "Neu laden",
    },
    oldBrowser: {
      title: "Dein Browser ist zu alt dafür",
      meaning:
        "Ihm fehlt, was ein verschlüsseltes Gespräch braucht. Aktualisiere ihn, oder nimm einen anderen. Chrome oder Edge 137, Firefox 130 und Safari 17.5 sind die ältesten, mit denen es gehen soll.",
    },
    insecure: {
      title: "Diese Seite kommt nicht über HTTPS",
      meaning:
        "Browser geben dann keine Schlüssel für einen privaten Raum her. Wer diesen Server betreibt, kann ihn mit --tls self starten oder die Seite auf demselben Gerät öffnen.",
    },
    lost: {
      title: "Die Verbindung ging verloren",
      meaning: "Der Server hat zu lange nichts von dieser Seite gehört.",
    },
    busy: { title: "Zu viele Versuche", meaning: "Warte ein wenig, dann versuch es noch einmal." },
    other: { title: "Du bist nicht mehr im Raum" },
    notFound: {
      title: "Hier ist nichts",
      meaning: "Prüfe die Adresse, oder beginne auf der Startseite.",
    },
  },
};
