/** Terms of WebRTC and of what it stands on, in English. */

export const glossaryEn = {
  title: "Glossary",
  terms: [
    {
      id: "signaling",
      term: "Signaling",
      text: "How two sides exchange descriptions and candidates before they are connected. WebRTC leaves the way to the application.",
    },
    {
      id: "sdp",
      term: "SDP",
      text: "Session Description Protocol: lines of text that say what a side sends, receives and understands. One section (m=) per kind of media or data.",
    },
    { id: "offer", term: "Offer", text: "A description that proposes a session, or a change of one." },
    {
      id: "answer",
      term: "Answer",
      text: "The description that replies to an offer, section by section. With it the exchange is complete.",
    },
    {
      id: "description",
      term: "Local and remote description",
      text: "What a connection holds of both sides. Setting one is what counts; creating or sending it changes nothing.",
    },
    {
      id: "signaling-state",
      term: "Signaling state",
      text: "Where the exchange stands: stable, have-local-offer, have-remote-offer, closed.",
    },
    {
      id: "ice",
      term: "ICE",
      text: "Interactive Connectivity Establishment: gathers addresses, tries pairs of them, and chooses one that works.",
    },
    {
      id: "candidate",
      term: "Candidate",
      text: "An address and port where a side may be reached, with its kind and priority.",
    },
    { id: "host", term: "Host candidate", text: "An address of the machine itself." },
    {
      id: "srflx",
      term: "Server-reflexive candidate (srflx)",
      text: "The address that a STUN server sees: the outer side of one's NAT.",
    },
    {
      id: "prflx",
      term: "Peer-reflexive candidate (prflx)",
      text: "An address that the other side learned from a check that came from it, without being told.",
    },
    { id: "relay", term: "Relay candidate", text: "An address that a TURN server lends." },
    {
      id: "mdns",
      term: "mDNS candidate",
      text: "A host candidate with a random .local name in place of its address, so that a page does not learn it.",
    },
    {
      id: "trickle",
      term: "Trickle ICE",
      text: "Sending each candidate when it is found, in place of waiting for all.",
    },
    {
      id: "check",
      term: "Connectivity check",
      text: "A STUN request from one candidate to another, signed with the other side's ICE password. Its answer shows that the pair works.",
    },
    {
      id: "pair",
      term: "Candidate pair",
      text: "One candidate of each side. The controlling side, as a rule the offerer, nominates the one that is used.",
    },
    {
      id: "ufrag",
      term: "ice-ufrag and ice-pwd",
      text: "The name and password of one side for one generation of ICE. Checks carry them, so that strangers can't take part.",
    },
    {
      id: "restart",
      term: "ICE restart",
      text: "A new ICE name and password, new candidates, a new search, while the old pair goes on.",
    },
    {
      id: "consent",
      term: "Consent",
      text: "Checks go on while a pair is used. Without an answer for 30 seconds nothing may be sent any more.",
    },
    {
      id: "stun",
      term: "STUN",
      text: "The protocol of the checks; a STUN server also tells a side under which address it is seen.",
    },
    {
      id: "turn",
      term: "TURN",
      text: "The protocol of a relay, which lends an address and passes packets on. It can't read them.",
    },
    {
      id: "nat",
      term: "NAT",
      text: "Network address translation: a router that lets a network share one address, and drops what nobody inside asked for.",
    },
    {
      id: "dtls",
      term: "DTLS",
      text: "TLS over datagrams. Runs over the chosen pair, makes the keys, and encrypts the data channels.",
    },
    {
      id: "fingerprint",
      term: "Fingerprint",
      text: "The hash of a side's certificate, in its description. DTLS must show that very certificate, so whoever protects the description protects the connection.",
    },
    { id: "srtp", term: "SRTP", text: "Encrypted packets of sound and picture, with keys from DTLS." },
    {
      id: "sctp",
      term: "SCTP",
      text: "Carries the data channels inside DTLS: messages, ordered or not, repeated or not.",
    },
    {
      id: "data-channel",
      term: "Data channel",
      text: "Messages of the application between two sides. Opened in band (DCEP) or, negotiated, by the same number on both sides.",
    },
    {
      id: "transceiver",
      term: "Transceiver",
      text: "A sender and a receiver of one kind of media: one section of the description.",
    },
    {
      id: "direction",
      term: "Direction",
      text: "sendrecv, sendonly, recvonly or inactive: what a side will do with a section. An answer can only take what the offer gives.",
    },
    {
      id: "bundle",
      term: "BUNDLE",
      text: "All sections share one pair of addresses and one DTLS connection.",
    },
    {
      id: "negotiationneeded",
      term: "negotiationneeded",
      text: "The event by which a connection says that it needs another offer.",
    },
    { id: "glare", term: "Glare", text: "Both sides offer at the same time." },
    {
      id: "rollback",
      term: "Rollback",
      text: "Taking back an offer that was set and not answered. The connection is stable again, as before.",
    },
    {
      id: "perfect-negotiation",
      term: "Perfect negotiation",
      text: "A pattern in which both sides may offer at any time: one is polite and rolls back, the other ignores.",
    },
  ],
};
