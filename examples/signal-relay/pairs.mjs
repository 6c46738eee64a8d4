// Pairs of people, and nothing about what they say to each other.

/**
 * Whoever comes first is the caller and waits; who comes second is the receiver, and the pair is whole. The next one begins another pair.
 *
 * `enter` takes what it can do to the one who comes: `deliver(text)` and `end()`, called once, when the other left. It gives their role,
 * and what they can do: `pass(text)` to the other, unread, and `leave()`.
 */
export function createPairs() {
  let waiting;

  return {
    enter({ deliver, end }) {
      const role = waiting === undefined ? "caller" : "receiver";
      const me = { deliver, end, other: waiting };
      if (waiting === undefined) {
        waiting = me;
      } else {
        waiting.other = me;
        waiting = undefined;
      }
      let isHere = true;
      return {
        role,
        pass: (text) => me.other?.deliver(text),
        leave() {
          if (!isHere) return;
          isHere = false;
          if (waiting === me) waiting = undefined;
          const { other } = me;
          me.other = undefined;
          if (other === undefined) return;
          other.other = undefined;
          other.end();
        },
      };
    },
  };
}
