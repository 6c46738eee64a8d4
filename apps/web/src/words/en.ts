import { callWords } from "./call-en.ts";
import { filesEn } from "./files-en.ts";

/**
 * Every string the page shows or speaks, in English. Another language is another object of the same shape.
 * What the server says (notices, reasons it words itself) comes in its own words and is not here.
 *
 * Buttons that surfaces promise by name keep their English name here, word for word.
 */
export const en = {
  app: {
    name: "Parlour",
    tagline: "A room on the web that you open by a link.",
    home: "Home",
    theme: "Theme",
    themeSystem: "As the system",
    themeLight: "Light",
    themeDark: "Dark",
    language: "Language",
    languageSystem: "As the browser",
    close: "Close",
    cancel: "Cancel",
    tryAgain: "Try again",
  },
  home: {
    start: "Start a private room",
    startMeaning: "You get a link. Whoever has it can come in; nobody else can.",
    direct: "Or meet one person without a server",
    openTitle: "Open a room",
    roomName: "Room name",
    open: "Open",
    openMeaning: "Public rooms are listed below, and their chat goes through the server.",
    badName: "A room's name needs at least one letter from a to z, or a digit.",
    listTitle: "Public rooms",
    listLoading: "Looking for rooms…",
    listEmpty: "No public room is open now. Open one by its name above.",
    listFailed: "The list can't be loaded now. The page goes on trying.",
    people: (count: number) => (count === 1 ? "1 person" : `${count} people`),
    who: (names: string, more: number) => (more > 0 ? `${names} and ${more} more` : names),
    full: "full",
    seesTitle: "What the server sees",
    sees:
      "It sees who is in which room and their addresses, and in public rooms the chat and names. Picture, sound and everything in a private room go " +
      "from browser to browser, encrypted; a private room's key stays in your link.",
    learn: "How it works, step by step",
    inspect: "Look into a saved recording of one",
    insecureTitle: "This page is not served over HTTPS",
    insecure:
      "Browsers then give no camera, no microphone and no keys, so there are no calls and no private rooms here.",
    insecureFix: "Whoever runs this server can start it with",
    insecureFlag: "--tls self",
    certificateTitle: "Trust this server's certificate",
    certificate:
      "This server made its own certificate. Install it once on each device, and the warning goes away for good. Do it only if you know who runs this server.",
    certificateDownload: "Download the certificate",
    certificateSystems: [
      {
        system: "Windows",
        steps:
          "Open the file, press Install Certificate, choose Current User, place it in “Trusted Root Certification Authorities”.",
      },
      {
        system: "macOS",
        steps:
          "Open the file in Keychain Access, open the certificate, and under Trust choose “Always Trust”.",
      },
      {
        system: "iPhone and iPad",
        steps:
          "Open the file in Safari and allow the profile. In Settings, General: install it under VPN & Device Management, then switch it on under About, Certificate Trust Settings.",
      },
      {
        system: "Android",
        steps: "In Settings search for “CA certificate”, choose Install anyway, and pick the file.",
      },
      {
        system: "Linux (Chrome)",
        steps: "In chrome://certificate-manager, Local certificates, Custom: import the file as trusted.",
      },
      {
        system: "Firefox, everywhere",
        steps: "In Settings search for “View Certificates”, Authorities, Import, and trust it for websites.",
      },
    ],
  },
  lobby: {
    title: (room: string) => `Join ${room}`,
    titlePrivate: "Join the private room",
    isPrivate: (room: string) =>
      `${room}: encrypted from browser to browser. Only people with this link can come in.`,
    isPublic:
      "Public room: anyone can find it, and your name may stand in the list. The chat goes through the server.",
    yourName: "Your name",
    camera: "Camera",
    microphone: "Microphone",
    speaker: "Speaker",
    cameraSwitch: "Use camera",
    microphoneSwitch: "Use microphone",
    anyDevice: "Automatic",
    unnamedDevice: (number: number) => `Device ${number}`,
    level: "Level of your microphone",
    testSpeaker: "Play a test tone",
    moreSpeakers: "Choose another speaker",
    testSpeakerFailed: "The test tone could not be played.",
    preview: "Your picture",
    previewOff: "Your camera is off",
    previewStarting: "Starting your camera…",
    join: "Join",
    joining: "Joining…",
    noSealing:
      "This browser can't encrypt frame by frame. In a room with many people pictures may come slowly to you, or not at all.",
    onlyWatching: "You will watch and listen. The others neither see nor hear you.",
    waiting: "Waiting for the host to let you in…",
    waitingMeaning: "The host sees that you are here. You come in as soon as they say yes.",
    stopWaiting: "Stop waiting",
    passcode: "Passcode",
    passcodeNeeded: "This room has a passcode. Ask the person who invited you.",
    passcodeWrong: "That is not the passcode of this room. Try again, or ask the person who invited you.",
    nameRefused: "This room does not take that name. Choose another one.",
  },
  connectionTest: {
    open: "Test the connection",
    title: "Test of the connection",
    running: "Being tried…",
    runningMeaning:
      "Trying what a call needs. This takes a few seconds, or up to half a minute where something does not answer.",
    notTried: "Not tried, since something above does not work.",
    again: "Test again",
    missing: "This server does not offer it.",
    noStun: "This server has no STUN, so fewer calls are direct.",
    states: { waiting: "being tried", works: "works", degraded: "could be better", fails: "does not work" },
    checks: {
      server: {
        name: "Server",
        works: "It answers.",
        fails: "It can't be reached. Are you online?",
      },
      websocket: {
        name: "Way into rooms",
        works: "A room lets you in.",
        fails: "No room can be entered. A proxy or a firewall in your network may block WebSockets.",
      },
      stun: {
        name: "Your own address",
        works: "Your browser learns the address by which others reach it.",
        fails:
          "Your browser does not learn its address: your network blocks UDP. Calls then go through the relay.",
      },
      "relay-udp": {
        name: "Relay over UDP",
        works: "Where nothing is direct, calls go through the server, at full quality.",
        fails: "Your network does not let this through.",
      },
      "relay-tcp": {
        name: "Relay over TCP",
        works: "Calls get through networks that block UDP.",
        fails: "Your network does not let this through.",
      },
      "relay-tls": {
        name: "Relay over TLS",
        works: "Calls get through networks that let out nothing but HTTPS.",
        fails:
          "Your network does not let this through, or your browser does not trust the server's certificate.",
      },
    },
    devices: {
      name: "Camera and microphone",
      works: "They are on.",
      off: "Both are off. You can switch them on before you join.",
    },
    verdict: {
      fine: "Everything a call needs works here.",
      slower: "Calls work here. Where they can't be direct they go over TCP, and may stutter.",
      directOnly: "Calls may work here, where they can be direct. The relay for all others can't be reached.",
      blocked:
        "Calls will hardly work here: your network lets none of the ways through. Try another network, or a phone's.",
      noServer: "The server can't be reached as calls need it.",
    },
  },
  devices: {
    deniedCamera:
      "The browser does not let this page use your camera. To be seen, allow it beside the address.",
    deniedMicrophone:
      "The browser does not let this page use your microphone. To be heard, allow it beside the address.",
    deniedBoth:
      "The browser does not let this page use camera and microphone. To be seen and heard, allow them beside the address.",
    dismissedCamera:
      "You were asked for your camera, and did not allow it. To be asked again, turn the camera on once more.",
    dismissedMicrophone:
      "You were asked for your microphone, and did not allow it. To be asked again, turn the microphone on once more.",
    dismissedBoth:
      "You were asked for camera and microphone, and did not allow them. To be asked again, turn them on once more.",
    missingCamera: "No camera was found.",
    missingMicrophone: "No microphone was found.",
    missingBoth: "No camera and no microphone were found.",
    busyCamera: "Your camera can't be used now. Another program may be using it.",
    busyMicrophone: "Your microphone can't be used now. Another program may be using it.",
    lostCamera: "Your camera was unplugged or taken away.",
    lostMicrophone: "Your microphone was unplugged or taken away.",
    insecure: "Camera and microphone need HTTPS, which this page does not have.",
    joinAnyway: "You can join all the same.",
    silent:
      "Nothing comes from your microphone. It may be switched off on the device, or another one may be the right one.",
    lostUsesOther: (label: string) => `A device was unplugged. ${label} is in use now.`,
    lostUsesAnother: "A device was unplugged. Another one is in use now.",
    isBack: "Your device is back, and in use again.",
    plugged: (label: string) => `${label} was plugged in. Choose it under More, Settings.`,
  },
  /** A name to offer: one of the first, one of the second. */
  names: {
    first:
      "Amber Brisk Calm Clever Cosy Gentle Golden Happy Kind Lively Merry Mellow Quiet Silver Sunny Swift",
    second: "Badger Beaver Dormouse Finch Fox Hare Hedgehog Heron Lark Marten Otter Owl Robin Seal Swan Wren",
  },
  ...callWords,
  invite: {
    title: "Invite people",
    ready: "Your private room is ready",
    readyCopied: "Your private room is ready, and its link is copied",
    meaning: "Send this link to the people you want here. Whoever has it can come in.",
    link: "Link to this room",
    copy: "Copy",
    share: "Share…",
    qr: "The link as a QR code",
    qrMeaning: "Point a phone's camera at it.",
    open: "Invite",
  },
  files: filesEn,
  endings: {
    left: { title: "You left the room", meaning: "The others can go on without you.", rejoin: "Join again" },
    removed: {
      title: "You were removed from the room",
      meaning: "The host removed you. Ask the host to let you in again.",
    },
    ended: {
      title: "The room was ended",
      meaning: "The host ended it for everyone. Its messages are gone with it.",
    },
    full: {
      title: "This room is full",
      meaning: "Everyone it has place for is here. Wait until someone leaves.",
    },
    denied: {
      title: "You were not let in",
      meaning: "The host turned you away. Ask them outside of this page, or try again.",
    },
    locked: { title: "This room is locked", meaning: "Nobody can come in now. Ask the host to open it." },
    wrongKey: {
      title: "This link is incomplete",
      meaning:
        "Its last part, after the #, is missing or belongs to another room. Copy the whole link again, or ask for it once more.",
    },
    missing: {
      title: "There is no such room",
      meaning: "It may have ended, or the link has a typing mistake. Check the link, or ask for a new one.",
    },
    offline: {
      title: "You are offline",
      meaning: "This device has no network now. Connect it, then try again.",
    },
    unreachable: {
      title: "The server can't be reached",
      meaning: "You may be offline, or the server is down. Check your network.",
    },
    elsewhere: {
      title: "You are in this room on another page",
      meaning: "The same seat was opened in a newer tab or window. Go on there, or take it back here.",
      takeBack: "Join here",
    },
    tooOld: {
      title: "This page is out of date",
      meaning: "The server speaks a newer version. Reload to get the page that fits.",
      reload: "Reload",
    },
    oldBrowser: {
      title: "Your browser is too old for this",
      meaning:
        "It lacks what an encrypted call needs. Update it, or take another one. Chrome or Edge 137, Firefox 130 and Safari 17.5 are the oldest that are meant to work.",
    },
    insecure: {
      title: "This page is not served over HTTPS",
      meaning:
        "Browsers then give no keys for a private room. Whoever runs this server can start it with --tls self, or open it from the same machine.",
    },
    lost: {
      title: "The connection was lost",
      meaning: "The server did not hear from this page for too long.",
    },
    busy: { title: "Too many tries", meaning: "Wait a little, then try again." },
    other: { title: "You are not in the room any more" },
    notFound: { title: "There is nothing here", meaning: "Check the address, or start from the home page." },
  },
};

/** The shape that every language has. */
export type Words = typeof en;
