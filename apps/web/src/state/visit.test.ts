import type { JoinOptions, Room } from "@parlour/client";
import { describe, expect, it } from "vitest";
import { FakeDevices, mapStore, settle } from "../../test/fake-devices.ts";
import { FakePort, FakeRoom } from "../../test/fake-room.ts";
import { Announcer } from "./announcer.ts";
import { LocalMedia } from "./local-media.ts";
import { routeOf } from "./route.ts";
import { Settings } from "./settings.ts";
import { Visit } from "./visit.ts";

type Join = (link: string, options: JoinOptions) => Promise<Room>;

function make(path = "/r/den#k=abc", answer: Join = () => Promise.resolve(new FakeRoom()), tab = mapStore()) {
  const route = routeOf(`https://meet.example${path}`);
  if (route.page !== "room") throw new Error("not a room");
  const devices = new FakeDevices();
  const settings = new Settings(mapStore(), tab);
  const joins: { link: string; options: JoinOptions }[] = [];
  let pageGone: () => void = () => undefined;
  const setup = {
    route,
    settings,
    local: new LocalMedia(devices, settings),
    announcer: new Announcer(() => () => undefined),
    port: new FakePort(),
    suggestion: "Quiet Otter",
    obstacle: (): Promise<string | undefined> => Promise.resolve(undefined),
    onPageGone: (listener: () => void) => {
      pageGone = listener;
      return () => undefined;
    },
    join: (link: string, options: JoinOptions) => {
      joins.push({ link, options });
      return answer(link, options);
    },
  };
  return { setup, devices, settings, joins, tab, start: () => new Visit(setup), closePage: () => pageGone() };
}
const refusedWith = (code: string) => () =>
  Promise.reject(Object.assign(new Error(`detail of ${code}`), { code, hint: `hint of ${code}` }));

describe("a visit to a room", () => {
  it("[W26] joins with whatever there is: a camera that is not ready holds nobody up", async () => {
    const { start, devices, joins } = make();
    devices.gate = new Promise(() => undefined);
    const visit = start();
    await settle();
    expect(visit.stage.value.at).toBe("lobby");
    expect(visit.local.capture.camera.value.state).toBe("starting");
    visit.name.value = " Ada ";
    await visit.join();
    expect(visit.stage.value.at).toBe("call");
    expect(joins[0]?.link).toBe("https://meet.example/r/den#k=abc");
    expect(joins[0]?.options).toMatchObject({ name: "Ada" });
    expect(joins[0]?.options.publish).toBeUndefined();
  });

  it("publishes along with joining what is ready", async () => {
    const { start, joins } = make();
    const visit = start();
    await settle();
    await visit.join();
    expect(joins[0]?.options.publish?.[0]?.source).toBe("camera");
    expect(joins[0]?.options.publish?.[0]?.stream.getTracks()).toHaveLength(2);
  });

  it("[W27] join=now skips the lobby; mic=off and camera=off ask for no device", async () => {
    const { start, devices, joins } = make("/r/den?name=Bo&join=now&mic=off&camera=off#k=abc");
    const visit = start();
    await settle();
    expect(visit.stage.value.at).toBe("call");
    expect(joins[0]?.options).toMatchObject({ name: "Bo" });
    expect(devices.asked).toEqual([]);
  });

  it("[W28] offers a name, and remembers the one that was typed", async () => {
    const first = make();
    const visit = first.start();
    expect(visit.name.value).toBe("");
    await visit.join();
    expect(first.joins[0]?.options.name).toBe("Quiet Otter");
    expect(first.settings.name).toBe("");

    const second = make();
    const typed = second.start();
    typed.name.value = "Ada";
    await typed.join();
    expect(second.settings.name).toBe("Ada");
  });

  it("[W29] asks for the passcode when the room has one, and says when it is wrong", async () => {
    let expected = "sesame";
    const { start, joins } = make("/r/den", (_link, { passcode }) =>
      passcode === expected ? Promise.resolve(new FakeRoom()) : refusedWith("wrong-passcode")(),
    );
    const visit = start();
    await visit.join();
    expect(visit.stage.value).toMatchObject({ at: "lobby", passcode: "wanted" });
    visit.passcode.value = "guess";
    await visit.join();
    expect(visit.stage.value).toMatchObject({ at: "lobby", passcode: "wrong" });
    expected = "guess";
    await visit.join();
    expect(visit.stage.value.at).toBe("call");
    expect(joins.map(({ options }) => options.passcode)).toEqual([undefined, "guess", "guess"]);
  });

  it("lets a refused name be changed", async () => {
    const { start } = make("/r/den", refusedWith("profanity"));
    const visit = start();
    await visit.join();
    expect(visit.stage.value).toMatchObject({ at: "lobby", nameProblem: expect.stringContaining("name") });
  });

  it("[W30] a join that fails ends in a reason, and Try again tries at once", async () => {
    let isUp = false;
    const { start, joins } = make("/r/den", () =>
      isUp ? Promise.resolve(new FakeRoom()) : refusedWith("unreachable")(),
    );
    const visit = start();
    await settle();
    await visit.join();
    expect(visit.stage.value).toMatchObject({
      at: "ended",
      ending: { code: "unreachable", action: "retry" },
    });
    isUp = true;
    visit.again();
    await settle();
    expect(visit.stage.value.at).toBe("call");
    expect(joins).toHaveLength(2);
  });

  it("[W31] leaving gives the devices back; joining again passes the lobby", async () => {
    const { start, devices } = make();
    const visit = start();
    await settle();
    await visit.join();
    const { stage } = visit;
    if (stage.value.at !== "call") throw new Error("not in the call");
    await stage.value.call.leave();
    expect(stage.value).toMatchObject({ at: "ended", ending: { code: "left", action: "rejoin" } });
    expect(devices.opened.every(({ readyState }) => readyState === "ended")).toBe(true);
    visit.again();
    expect(visit.stage.value.at).toBe("lobby");
    expect(visit.local.capture.camera.value.state).toBe("starting");
  });

  it("[W32] a page reloaded in mid-call comes straight back as it was; a page opened later asks first", async () => {
    const before = make("/r/den#k=abc");
    const visit = before.start();
    await settle();
    visit.name.value = "Ada";
    await visit.join();
    if (visit.stage.value.at === "call") visit.stage.value.call.sending.toggleCamera();
    before.closePage();

    const after = make("/r/den#k=abc", undefined, before.tab);
    const back = after.start();
    await settle();
    expect(back.stage.value.at).toBe("call");
    expect(after.joins[0]?.options.name).toBe("Ada");
    expect(after.devices.asked).toEqual(["microphone:"]);

    before.closePage();
    const late = make("/r/den#k=abc", undefined, before.tab);
    late.setup.port.time = 61_000;
    const asked = late.start();
    await settle();
    expect(asked.stage.value.at).toBe("lobby");
  });

  it("[W33] going elsewhere leaves the room, also when the answer comes only then", async () => {
    const room = new FakeRoom();
    const quick = make("/r/den", () => Promise.resolve(room));
    const visit = quick.start();
    await visit.join();
    visit.dispose();
    expect(room.asked).toContain("leave");

    const late = new FakeRoom();
    let answer: (room: Room) => void = () => undefined;
    const slow = make(
      "/r/den",
      () =>
        new Promise<Room>((resolve) => {
          answer = resolve;
        }),
    );
    const other = slow.start();
    const joining = other.join();
    other.dispose();
    expect(slow.joins[0]?.options.signal?.aborted).toBe(true);
    answer(late);
    await joining;
    expect(late.asked).toEqual(["leave"]);
  });

  it("says at once when this browser can't take part", async () => {
    const { setup, joins } = make("/r/den?join=now#k=abc");
    const visit = new Visit({ ...setup, obstacle: () => Promise.resolve("insecure-page") });
    await settle();
    expect(visit.stage.value).toMatchObject({ at: "ended", ending: { code: "insecure-page" } });
    expect(joins).toEqual([]);
  });

  it("[W48] waits on the lobby screen for the host, and comes in when they say yes", async () => {
    let admit: (room: Room) => void = () => undefined;
    const { start, joins } = make("/r/den#k=abc", () => new Promise((resolve) => (admit = resolve)));
    const visit = start();
    await settle();
    const joining = visit.join();
    await settle();
    expect(visit.stage.value).toMatchObject({ at: "joining", isWaiting: false });
    joins[0]?.options.onWaiting?.();
    expect(visit.stage.value).toMatchObject({ at: "joining", isWaiting: true });
    admit(new FakeRoom());
    await joining;
    expect(visit.stage.value.at).toBe("call");
  });

  it("[W48] can stop waiting, and a yes that comes later changes nothing", async () => {
    let admit: (room: Room) => void = () => undefined;
    const { start, joins } = make("/r/den#k=abc", () => new Promise((resolve) => (admit = resolve)));
    const visit = start();
    await settle();
    const joining = visit.join();
    joins[0]?.options.onWaiting?.();
    visit.stopWaiting();
    expect(visit.stage.value.at).toBe("lobby");
    expect(joins[0]?.options.signal?.aborted).toBe(true);
    const room = new FakeRoom();
    admit(room);
    await joining;
    expect(visit.stage.value.at).toBe("lobby");
    expect(room.asked).toEqual(["leave"]);
    joins[0]?.options.onWaiting?.();
    expect(visit.stage.value.at).toBe("lobby");
  });

  it("[W48] says when the host turned them away", async () => {
    const { start } = make("/r/den#k=abc", refusedWith("denied"));
    const visit = start();
    await settle();
    await visit.join();
    expect(visit.stage.value).toMatchObject({ at: "ended", ending: { title: "You were not let in" } });
  });

  it("[W57] tells being offline from a server that is away", async () => {
    const { start, setup } = make("/r/den#k=abc", refusedWith("unreachable"));
    const visit = start();
    await settle();
    await visit.join();
    expect(visit.stage.value).toMatchObject({ at: "ended", ending: { code: "unreachable" } });
    setup.port.isOnlineNow = false;
    visit.again();
    await settle();
    expect(visit.stage.value).toMatchObject({ at: "ended", ending: { code: "offline" } });
  });
});
