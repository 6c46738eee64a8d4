/** One example of each frame for docs/protocol.md. Each must pass its schema; the generator sees to it. */
const at = 1_795_173_140_650;
const ada = {
  id: "q83vEjRWeJCrze8SNFZ4kA",
  number: 1,
  epoch: "AAECAwQFBgcICQoL",
  role: "host",
  presence: "here",
  name: "Ada",
  country: "DE",
};
const bob = {
  id: "AAECAwQFBgcICQoLDA0ODw",
  number: 2,
  epoch: "DA0ODxAREhMUFRYX",
  role: "member",
  presence: "here",
  name: "Quiet Otter",
};
const said = {
  type: "said",
  seq: 7,
  at,
  id: "m-0001-ada",
  from: ada.id,
  name: "Ada",
  country: "DE",
  text: "hello",
};

export const examples = {
  hello: { type: "hello", room: "tea", epoch: bob.epoch, name: "Bob", since: 6 },
  say: { type: "say", id: "m-0001-ada", text: "hello" },
  leave: { type: "leave" },
  ping: { type: "ping" },
  pong: { type: "pong" },
  welcome: {
    type: "welcome",
    version: 1,
    at,
    room: { name: "tea", visibility: "public", capacity: 100, topology: "mesh" },
    you: bob,
    peers: [ada],
    token: "1.eyJyIjoidGVhIn0.4kAq83vEjRWeJCrze8SNFZ4kAq83vEjRWeJCrze8SNF",
    resumed: false,
    iceServers: [{ urls: ["turn:meet.example.org:3478"], username: "1795176740:2", credential: "c2VjcmV0" }],
    history: [said],
    greeting: "Welcome to tea. You are Quiet Otter. 2 people are here.",
  },
  joined: { type: "joined", peer: bob },
  changed: { type: "changed", peer: { ...bob, presence: "away" } },
  left: { type: "left", id: bob.id, reason: "page" },
  said,
  notice: { type: "notice", seq: 8, at, event: "joined", name: "Quiet Otter", text: "Quiet Otter joined" },
  accepted: { type: "accepted", id: "m-0001-ada", seq: 7, at },
  refused: {
    type: "refused",
    code: "profanity",
    detail: "That was not passed on: it has words this room does not take.",
    hint: "Say it another way.",
    ref: "m-0001-ada",
  },
  closing: {
    type: "closing",
    code: "draining",
    detail: "The server is restarting.",
    hint: "The page connects again by itself.",
    retryAfterMs: 720,
  },
};
