/** Titel und Bedeutung jedes Schritts, auf Deutsch. */
export const storyDe = {
  connection: [
    "Neue Verbindung (Nummer {generation})",
    "Deine Seite hat eine RTCPeerConnection angelegt: das Objekt des Browsers für eine Verbindung zu einer anderen Seite. Noch hat nichts das Gerät verlassen.",
  ],
  setting: ["Eine Beschreibung wird gesetzt", "Der Browser prüft und übernimmt sie."],
  "local-offer": [
    "Angebot erstellt und hier gesetzt",
    "Der Browser hat aufgeschrieben, was er kann und möchte: Medien, Formate, Verschlüsselung, Erreichbarkeit. Es hat {sections} Teile in {lines} Zeilen. Mit dem Setzen beginnt die Suche nach Adressen.",
  ],
  "local-answer": [
    "Antwort erstellt und hier gesetzt",
    "Die Antwort sagt zu jedem Teil des Angebots, was diese Seite davon nimmt. Sie kann nur aus dem Angebotenen wählen.",
  ],
  "remote-offer": [
    "Deren Angebot ist hier gesetzt",
    "Dein Browser weiß jetzt, was die andere Seite kann und möchte, und kann darauf antworten.",
  ],
  "remote-answer": [
    "Deren Antwort ist hier gesetzt",
    "Angebot und Antwort sind zusammengekommen: beide wissen, was gesendet wird. Jetzt können Adressen probiert werden.",
  ],
  "offer-sent": [
    "Angebot gesendet ({bytes} Bytes)",
    "WebRTC legt nicht fest, wie Beschreibungen reisen. Hier reicht der Server sie weiter, ohne sie zu lesen.",
  ],
  "offer-received": ["Angebot erhalten ({bytes} Bytes)", "Es kam über den Server, der es nicht gelesen hat."],
  "answer-sent": ["Antwort gesendet ({bytes} Bytes)", "Sie geht denselben Weg zurück, über den Server."],
  "answer-received": [
    "Antwort erhalten ({bytes} Bytes)",
    "Sie kam über den Server, der sie nicht gelesen hat.",
  ],
  "candidates-sent": [
    "{count} Adressen gesendet ({bytes} Bytes)",
    "Jede Adresse geht hinüber, sobald sie gefunden ist, statt auf alle zu warten. Das heißt Trickle ICE.",
  ],
  "candidates-received": [
    "{count} Adressen erhalten ({bytes} Bytes)",
    "Wo die andere Seite erreichbar sein könnte. Probiert ist noch keine.",
  ],
  gathering: [
    "Suche nach eigenen Adressen",
    "Der Browser zählt seine Netzwerkanschlüsse auf und fragt STUN- und TURN-Server, wie er von außen aussieht.",
  ],
  "found-host": [
    "{count} eigene Adressen dieses Geräts",
    "Host-Kandidaten: Adressen der Netzwerkanschlüsse. Ein Browser kann sie hinter zufälligen Namen auf .local verbergen, die nur im selben lokalen Netz auflösbar sind.",
  ],
  "found-srflx": [
    "{count} Adressen, wie sie von außen erscheinen",
    "Server-reflexive Kandidaten: ein STUN-Server hat gesagt, von welcher Adresse die Frage kam. Das ist die öffentliche Adresse des Routers mit einem Port, den er geöffnet hat.",
  ],
  "found-prflx": [
    "{count} beim Probieren gefundene Adressen",
    "Peer-reflexive Kandidaten: die andere Seite sah eine Adresse, von der niemand gesprochen hatte, und nahm sie.",
  ],
  "found-relay": [
    "{count} Adressen beim Relay",
    "Vermittelte Kandidaten: ein TURN-Server leiht eine Adresse und reicht weiter, was dort ankommt. Das ist ein Umweg und gelingt fast überall.",
  ],
  taken: [
    "{count} ihrer Adressen übernommen ({what})",
    "Jede wird mit jeder passenden Adresse dieser Seite gepaart, und die Paare werden nach Vorrang geordnet.",
  ],
  "no-more": ["Dort gibt es keine weiteren Adressen", "Die Suche der anderen Seite ist zu Ende."],
  checks: [
    "Adresspaare werden probiert",
    "Beide senden kleine STUN-Anfragen über jedes Paar und beantworten, was ankommt. Eine Antwort beweist, dass das Paar in beide Richtungen taugt. Was die eine Seite sendet, öffnet ihren Router für die andere.",
  ],
  pair: [
    "Paar gewählt: {local} hier, {remote} dort, über {protocol}",
    "Die steuernde Seite benennt das beste Paar, das funktioniert. Alles Weitere geht diesen Weg.",
  ],
  dtls: [
    "Schlüssel werden vereinbart",
    "Ein DTLS-Handschlag, direkt zwischen den Browsern. Jeder zeigt sein Zertifikat, dessen Fingerabdruck der aus seiner Beschreibung sein muss. Auch die Schlüssel für Ton und Bild (SRTP) entstehen dabei.",
  ],
  sctp: [
    "Transport für Kanäle wird geöffnet",
    "SCTP läuft innerhalb von DTLS und trägt alle Datenkanäle: Nachrichten als Ganzes, geordnet oder nicht, wiederholt oder nicht.",
  ],
  channels: [
    "{count} Kanäle offen: {what}",
    "Datenkanäle. Diese wurden vorab nach Nummern vereinbart, darum kostet das Öffnen keine Wartezeit.",
  ],
  "channels-closed": [
    "{count} Kanäle geschlossen: {what}",
    "Darauf kommt nichts mehr. Mit der Verbindung schließen alle ihre Kanäle.",
  ],
  tracks: [
    "{count} Spuren erwartet",
    "Die Beschreibungen versprechen Medien von der anderen Seite. Die Spur ist sofort da und bleibt still, bis etwas ankommt.",
  ],
  flowing: [
    "{what} kommt an",
    "Die ersten Pakete sind da: RTP, als SRTP verschlüsselt mit den Schlüsseln aus DTLS.",
  ],
  paused: [
    "{what} steht still",
    "Gerade kommt nichts an. Drüben ist stummgeschaltet, oder der Weg ist unterbrochen.",
  ],
  ended: ["{what} beendet", "Dieser Teil der Beschreibungen wurde endgültig beendet."],
  connected: [
    "Verbunden nach {tookMs} ms",
    "Jetzt geht alles zwischen den beiden Seiten. Der Server wird nur gebraucht, um sich erneut zu finden.",
  ],
  unheard: [
    "Seit einigen Sekunden nichts gehört",
    "Beide fragen laufend, ob sie weiter senden dürfen. Eine Weile kam keine Antwort. Oft gibt sich das von selbst.",
  ],
  failed: [
    "Kein Paar funktioniert",
    "Alle Adresspaare wurden probiert und keines antwortet, oder es gab keine Einigung auf Schlüssel.",
  ],
  restart: [
    "ICE beginnt neu: {reason}",
    "Neue Zugangsdaten, neue Adressen, neue Proben, auf derselben Verbindung: das Vereinbarte bleibt. Medien laufen auf dem alten Weg weiter, bis der neue taugt.",
  ],
  rebuild: [
    "Neuaufbau: {reason}",
    "Die alte Verbindung wird aufgegeben, eine andere tritt an ihre Stelle. Person, Kanäle und Ungesendetes bleiben.",
  ],
  revive: ["Noch ein Versuch: {reason}", "Es war aufgegeben worden. Seitdem hat sich etwas geändert."],
  recovering: ["Verbindung verloren: {reason}", "Die Seite versucht, sie selbst zurückzuholen."],
  closing: ["Wird geschlossen: {reason}", "Diese Verbindung endet."],
  closed: ["Geschlossen: {reason}", "Diese Verbindung ist vorbei, solange sich nichts ändert."],
  trouble: ["Störung: {what}", "Meldung: {detail}"],
  "rebuild-sent": ["Um neue Verbindung gebeten", "Die Seite, die zuerst anbietet, macht ein neues Angebot."],
  "rebuild-received": [
    "Gebeten, neu zu beginnen",
    "Die andere Seite hat ihre Verbindung aufgegeben und will eine neue.",
  ],
  "ask-sent": [
    "Ums Wort gebeten",
    "Bevor diese Seite wieder anbietet, fragt sie, damit sich nie zwei Angebote kreuzen.",
  ],
  "ask-received": ["Drüben bittet man ums Wort", "Die andere Seite möchte ein Angebot machen."],
  "go-sent": ["Wort erteilt", "Die andere Seite darf jetzt anbieten. Diese bietet solange nichts an."],
  "go-received": ["Wort erhalten", "Diese Seite darf jetzt anbieten."],
} as const;
