import type { FakeClock, Random } from "@parlour/testkit";
import { rest as load, type Rest, type RestSource } from "./later.ts";
import * as rest from "./rest.ts";

// In whatever test imports this, the other half is there, as on a page that has been in a room for a while.
await load();

/** The other half there from the start, or coming some time after somebody needed it, now and then after it could not be had. */
export function restAtSomeTime(clock: FakeClock, random: Random): RestSource {
  let there: Rest | undefined = random.chance(0.5) ? rest : undefined;
  return {
    get there() {
      return there;
    },
    need(then, isWanted) {
      const ask = (): void => {
        clock.after(random.int(1, 3_000), () => {
          if (random.chance(0.3)) {
            if (isWanted()) ask();
            return;
          }
          there = rest;
          then(rest);
        });
      };
      ask();
    },
  };
}
