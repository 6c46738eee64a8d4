/** By which way media goes when it is not from page to page, in English. Fetched by who sees it. */
export const wayEn = {
  forwarded:
    "So many pictures go over this server, which passes them on. It could see and hear them; the chat and files go as before.",
  forwardedSealed:
    "So many pictures go over this server, which passes them on. They are sealed from browser to browser: it sees none of them.",
  by: (names: string) => `So many pictures go by way of ${names}, whose page passes them on.`,
  byYou: (count: number) =>
    count === 1
      ? "Your page passes the others' pictures and sound on to one person."
      : `Your page passes the others' pictures and sound on to ${count} people.`,
  privacy: "Everything stays between the people in this room; the server sees none of it.",
  cost: (megabits: string) => `You send ${megabits} Mbit/s now.`,
  stop: "You can stop that under People.",
  offer: "Pass the others' pictures on",
  meaning:
    "In large rooms of a server that does not do it, a page with a good connection passes the others' pictures and sound on. It costs upload and power. A phone on its battery never does.",
};

export type WayWords = typeof wayEn;
