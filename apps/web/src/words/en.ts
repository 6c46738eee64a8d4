/**
 * Every string the page shows or speaks, in English. Another language is another object of the same shape.
 * What the server says (notices, reasons it words itself) comes in its own words and is not here.
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
    close: "Close",
    tryAgain: "Try again",
  },
  home: {
    start: "Start a private room",
    startMeaning: "You get a link. Whoever has it can come in; nobody else can.",
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
    full: "full",
    seesTitle: "What the server sees",
    sees:
      "It sees who is in which room and their addresses, and in public rooms the chat and names. Picture, sound and everything in a private room go " +
      "from browser to browser, encrypted; a private room's key stays in your link.",
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
    isPublic: "Public room: anyone can find it, and the chat goes through the server.",
    yourName: "Your name",
    camera: "Camera",
    microphone: "Microphone",
    speaker: "Speaker",
    cameraSwitch: "Use camera",
    microphoneSwitch: "Use microphone",
    anyDevice: "As the system chooses",
    unnamedDevice: (number: number) => `Device ${number}`,
    preview: "Your picture",
    previewOff: "Your camera is off",
    previewStarting: "Starting your camera…",
    join: "Join",
    joining: "Joining…",
    passcode: "Passcode",
    passcodeNeeded: "This room has a passcode. Ask the person who invited you.",
    passcodeWrong: "That is not the passcode of this room. Try again, or ask the person who invited you.",
    nameRefused: "This room does not take that name. Choose another one.",
  },
  devices: {
    deniedCamera:
      "The browser does not let this page use your camera. To be seen, allow it beside the address.",
    deniedMicrophone:
      "The browser does not let this page use your microphone. To be heard, allow it beside the address.",
    deniedBoth:
      "The browser does not let this page use camera and microphone. To be seen and heard, allow them beside the address.",
    missingCamera: "No camera was found.",
    missingMicrophone: "No microphone was found.",
    missingBoth: "No camera and no microphone were found.",
    busyCamera: "Your camera can't be used now. Another program may be using it.",
    busyMicrophone: "Your microphone can't be used now. Another program may be using it.",
    lostCamera: "Your camera was unplugged or taken away.",
    lostMicrophone: "Your microphone was unplugged or taken away.",
    insecure: "Camera and microphone need HTTPS, which this page does not have.",
    joinAnyway: "You can join all the same.",
  },
  /** A name to offer: one of the first, one of the second. */
  names: {
    first:
      "Amber Brisk Calm Clever Cosy Gentle Golden Happy Kind Lively Merry Mellow Quiet Silver Sunny Swift",
    second: "Badger Beaver Dormouse Finch Fox Hare Hedgehog Heron Lark Marten Otter Owl Robin Seal Swan Wren",
  },
  call: {
    people: "People on screen",
    shares: "Shared screens",
    controls: "Call controls",
    you: (name: string) => `${name} (you)`,
    screenOf: (name: string) => `${name}'s screen`,
    yourScreen: "Your screen",
    muted: "Muted",
    cameraOff: "Camera off",
    connecting: "Connecting…",
    reconnecting: "Reconnecting…",
    away: "Left for a moment",
    noLink: "Can't be reached",
    mute: "Mute",
    unmute: "Unmute",
    stopVideo: "Stop video",
    startVideo: "Start video",
    shareScreen: "Share screen",
    stopSharing: "Stop sharing",
    chat: "Chat",
    unread: (count: number) => (count === 1 ? "1 unread message" : `${count} unread messages`),
    peopleButton: "People",
    leave: "Leave",
    copyLink: "Copy link",
    copied: "The link is copied.",
    copyFailed: "The link could not be copied. Copy it from the address bar.",
    tapToHear: "Tap to hear",
    alone: "Nobody else is here yet. Copy the link and send it to someone.",
    isPrivate: "Private",
    isPublic: "Public",
    recovering: "Reconnecting to the server. The call goes on.",
    shareFailed: "Your screen could not be shared.",
    joined: (name: string) => `${name} joined`,
    left: (name: string) => `${name} left`,
    closedPage: (name: string) => `${name} closed the page`,
    lost: (name: string) => `${name} lost the connection`,
    wasRemoved: (name: string) => `${name} was removed`,
  },
  chat: {
    title: "Chat",
    log: "Messages",
    message: "Message",
    send: "Send",
    empty: "Nothing was said yet.",
    emptyPrivate:
      "Nothing was said yet. What you write here goes from browser to browser; the server never sees it.",
    pending: "Sending…",
    notSent: "Not sent",
    onlyYou: "Only you see this.",
    from: (country: string) => `from ${country}`,
    spoken: (name: string, text: string) => `${name}: ${text}`,
  },
  people: {
    title: "People",
    count: (count: number) => (count === 1 ? "1 person here" : `${count} people here`),
    you: "you",
    host: "Host",
    code: "Code",
    codeWith: (name: string) => `Verification code with ${name}`,
    codeMeaning:
      "Read the code to each other, by voice. If both see the same one, nobody sits between you, not even the server.",
    codeWaiting: "not known yet",
  },
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
        "It lacks what an encrypted call needs. Chrome or Edge 137, Firefox 130 and Safari 17.5 are the oldest that are meant to work.",
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
