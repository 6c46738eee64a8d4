/** Title and meaning of each step of a link's story, in English. `{…}` is filled in. */
export const storyEn = {
  connection: [
    "New connection (number {generation})",
    "Your page made an RTCPeerConnection: the browser's object for one connection to one other page. Nothing has left the device yet.",
  ],
  setting: ["A description is being set", "The browser checks it and takes it over."],
  "local-offer": [
    "Offer made and set here",
    "The browser wrote down what it can do and would like: media, formats, encryption, how it can be reached. It has {sections} parts in {lines} lines. Setting it locally starts the search for addresses.",
  ],
  "local-answer": [
    "Answer made and set here",
    "For each part of the offer the answer says what this side takes of it. It can only choose from what was offered.",
  ],
  "remote-offer": [
    "Their offer is set here",
    "Your browser now knows what the other side can do and wants, and can make an answer to it.",
  ],
  "remote-answer": [
    "Their answer is set here",
    "Offer and answer have met: both sides know what will be sent. Addresses can now be tried.",
  ],
  "offer-sent": [
    "Offer sent ({bytes} bytes)",
    "WebRTC does not say how descriptions travel. Here the server passes them on, without reading them.",
  ],
  "offer-received": [
    "Offer received ({bytes} bytes)",
    "It came by way of the server, which did not read it.",
  ],
  "answer-sent": ["Answer sent ({bytes} bytes)", "It goes back the same way, through the server."],
  "answer-received": [
    "Answer received ({bytes} bytes)",
    "It came by way of the server, which did not read it.",
  ],
  "candidates-sent": [
    "{count} addresses sent ({bytes} bytes)",
    "Each address goes to the other side as soon as it is found, instead of waiting for all of them. This is called trickle ICE.",
  ],
  "candidates-received": [
    "{count} addresses received ({bytes} bytes)",
    "Where the other side might be reached. None of them has been tried yet.",
  ],
  gathering: [
    "Looking for own addresses",
    "The browser lists its network interfaces, and asks the STUN and TURN servers how it looks from outside.",
  ],
  "found-host": [
    "{count} of this device's own addresses",
    "Host candidates: addresses of the network interfaces. A browser may hide them behind random names ending in .local, which only the same local network can look up.",
  ],
  "found-srflx": [
    "{count} addresses as seen from outside",
    "Server reflexive candidates: a STUN server told the browser from which address its question came. That is the router's public address, with a port it opened.",
  ],
  "found-prflx": [
    "{count} addresses found by being tried",
    "Peer reflexive candidates: the other side saw an address that nobody had told it about, and took it.",
  ],
  "found-relay": [
    "{count} addresses at the relay",
    "Relayed candidates: a TURN server lent an address and passes on what comes there. It costs a detour and works nearly everywhere.",
  ],
  taken: [
    "{count} of their addresses taken up ({what})",
    "Each is paired with each fitting address of this side, and the pairs are put in order of priority.",
  ],
  "no-more": ["They have no more addresses", "The other side's search is over."],
  checks: [
    "Trying the pairs of addresses",
    "Both sides send small STUN requests over every pair, and answer those that come. An answer proves that the pair works both ways. What one side sends opens its router for the other's.",
  ],
  pair: [
    "Pair chosen: {local} here, {remote} there, over {protocol}",
    "The controlling side nominates the best pair that works. Everything that follows goes this way.",
  ],
  dtls: [
    "Agreeing on keys",
    "A DTLS handshake, straight between the two browsers. Each shows its certificate, whose fingerprint has to be the one in its description. The keys for sound and picture (SRTP) come out of it too.",
  ],
  sctp: [
    "Opening the channel transport",
    "SCTP runs inside of DTLS and carries all data channels: messages whole, in order or not, repeated or not.",
  ],
  channels: [
    "{count} channels open: {what}",
    "Data channels. These were agreed on by number beforehand, so that opening them costs no round trip.",
  ],
  "channels-closed": [
    "{count} channels closed: {what}",
    "No more messages on them. Closing the connection closes all of its channels.",
  ],
  tracks: [
    "{count} tracks expected",
    "The descriptions promise media from the other side. The track is there at once, and silent until something arrives.",
  ],
  flowing: ["{what} arrives", "The first packets are here: RTP, encrypted as SRTP with the keys from DTLS."],
  paused: [
    "{what} stands still",
    "Nothing arrives for now. The other side muted it, or the way is interrupted.",
  ],
  ended: ["{what} ended", "That part of the descriptions was stopped for good."],
  connected: [
    "Connected after {tookMs} ms",
    "Everything passes between the two pages now. The server is needed again only to find each other anew.",
  ],
  unheard: [
    "Nothing heard for some seconds",
    "Both sides keep asking for consent to send. No answer came for a while. It often mends itself.",
  ],
  failed: [
    "No pair works",
    "Every pair of addresses was tried and none answers, or the keys could not be agreed on.",
  ],
  restart: [
    "Starting ICE again: {reason}",
    "New credentials, new addresses, new checks, on the same connection: what was agreed on stays. Media goes on over the old way until the new one works.",
  ],
  rebuild: [
    "Building anew: {reason}",
    "The old connection is given up and another takes its place. The person, the channels and unsent messages stay.",
  ],
  revive: ["Trying once more: {reason}", "It had been given up. Something changed since."],
  recovering: ["Connection lost: {reason}", "The page is trying to bring it back by itself."],
  closing: ["Being closed: {reason}", "This link ends."],
  closed: ["Closed: {reason}", "This link is over, unless something changes."],
  trouble: ["Trouble: {what}", "{detail}"],
  "rebuild-sent": ["Asked for a new connection", "The side that makes first offers will make another one."],
  "rebuild-received": ["Asked to begin anew", "The other side gave its connection up and wants another."],
  "ask-sent": [
    "Asked for the floor",
    "Before it offers again, this side asks, so that two offers never cross.",
  ],
  "ask-received": ["They ask for the floor", "The other side wants to make an offer."],
  "go-sent": ["Floor given", "The other side may make an offer now. This one makes none meanwhile."],
  "go-received": ["Floor received", "This side may make its offer now."],
} as const;
