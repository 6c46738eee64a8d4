/** The numbers of a link, in English. Fetched by who asks for them. */
export const numbersEn = {
  title: (name: string) => `Connection with ${name}`,
  measuring: "Measuring…",
  resting: "No direct connection is needed now. It opens by itself.",
  path: "Way",
  direct: "direct",
  relayed: "over a relay",
  forwarded: "over a forwarder",
  unknown: "not known",
  roundTrip: "Round trip",
  loss: "Lost on the way",
  received: "Received",
  sent: "Sent",
  picture: "Picture",
  pictureSent: "Picture sent",
  codec: "Coding",
  good: "The connection is good.",
  poor: "The connection is poor: pictures may stand still, and sound may break.",
  relayMeaning:
    "It goes over a relay, because no direct way was found. The relay can't see or hear what passes.",
};

export type NumbersWords = typeof numbersEn;
