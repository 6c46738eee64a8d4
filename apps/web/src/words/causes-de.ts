import type { Causes } from "./causes-en.ts";

export const causes: Causes = {
  "wrong-fingerprint": [
    "Jemand anderes hat an ihrer Stelle geantwortet, darum wurde die Verbindung beendet. Vergleicht die Codes und tretet neu bei.",
  ],
  "bad-signals": ["Ihre Seite verhält sich seltsam. Bitte sie, neu zu laden."],
  "signals-refused": ["Ihre Seite nimmt nichts mehr an. Ladet beide Seiten neu."],
  "connection-refused": [
    "Dieser Browser baut keine Verbindungen auf. Schließe andere Anrufe und sieh nach, ob eine Erweiterung WebRTC abschaltet.",
  ],
  offline: ["Du hast kein Netz. Der Anruf kommt von selbst zurück."],
  "no-signaling": ["Der Server ist nicht erreichbar. Der Anruf kommt von selbst zurück."],
  silent: [
    "Von dieser Seite ist nichts zu hören. Der Anruf kommt von selbst zurück.",
    "Von ihnen ist nichts zu hören. Sie kommen zurück, sobald ihr Netz wieder da ist.",
  ],
  "dtls-failed": [
    "Die Verbindung lässt sich nicht verschlüsseln: Eine Firewall könnte im Weg sein. Versuche ein anderes Netz.",
  ],
  "no-candidate": [
    "Dein Browser hat keine Adresse, unter der er erreichbar ist. Sieh nach, ob eine Erweiterung WebRTC abschaltet.",
    "Ihr Browser hat keine Adresse, unter der er erreichbar ist.",
  ],
  "no-common-family": [
    "Eine Seite hat nur IPv4, die andere nur IPv6. Das Relay des Servers würde euch verbinden.",
  ],
  "relay-unauthorised": [
    "Das Relay hat dich abgewiesen. Lade die Seite neu; hilft das nicht, sag dem Gastgeber Bescheid.",
  ],
  "udp-blocked": ["Dein Netz lässt keine Anrufe durch: Es sperrt UDP. Versuche ein anderes Netz."],
  "no-relay-candidate": [
    "Das Relay ist aus deinem Netz nicht erreichbar. Versuche ein anderes.",
    "Das Relay ist aus ihrem Netz nicht erreichbar.",
  ],
  "only-private-addresses": [
    "Du bist nur in deinem eigenen Netz erreichbar. Das Relay des Servers würde helfen.",
    "Sie sind nur in ihrem eigenen Netz erreichbar. Das Relay des Servers würde helfen.",
  ],
  "local-only": [
    "Dein Browser verbirgt seine Adresse. Erlaube einmal Kamera oder Mikrofon und lade neu.",
    "Ihr Browser verbirgt seine Adresse. Das Relay des Servers würde helfen.",
  ],
  "one-way": ["Was sie senden, kommt an, aber nichts kommt zurück. Versuche ein anderes Netz."],
  "no-route": ["Zwischen euren Netzen fand sich kein Weg. Versuche ein anderes."],
  slow: ["Die Verbindung braucht länger, als sie sollte."],
  "no-common-codec": ["Eure Browser kennen kein gemeinsames Format für Ton oder Bild. Aktualisiert sie."],
  "relayed-over-tcp": [
    "Dein Netz sperrt UDP, darum kann der Anruf stocken. In einem anderen Netz geht es vielleicht besser.",
  ],
};
