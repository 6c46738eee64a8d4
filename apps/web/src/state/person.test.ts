import { describe, expect, it } from "vitest";
import { FakePeer, fakeStream, fakeTrack, linkIn } from "../../test/fake-room.ts";
import { flagOf, hasPicture, initialsOf, personOf, tileStates, wantsPicture } from "./person.ts";

const peer = () => {
  const bo = new FakePeer("bo", "Bo");
  bo.shows(fakeStream([fakeTrack("audio"), fakeTrack("video")]));
  return bo;
};

describe("a person on screen", () => {
  it("[W6] is said to be muted and without camera when they send none, muted or not", () => {
    const bo = peer();
    expect(tileStates(personOf(bo))).toEqual([]);
    bo.shows(fakeStream([]), { audio: "muted", video: "none" });
    expect(tileStates(personOf(bo))).toEqual(["muted", "camera-off"]);
    bo.media.clear();
    expect(tileStates(personOf(bo))).toEqual(["muted", "camera-off"]);
  });

  it("[W7] who closed the page has left for a moment: the picture goes at once, nothing else is said", () => {
    const bo = peer();
    bo.presence = "away";
    expect(tileStates(personOf(bo))).toEqual(["away"]);
    expect(hasPicture(personOf(bo))).toBe(false);
  });

  it("[W8] who is silent, or whose link recovers, is reconnecting, and keeps the last picture", () => {
    const silent = peer();
    silent.presence = "silent";
    const recovering = peer();
    recovering.link = linkIn("recovering");
    for (const bo of [silent, recovering]) {
      expect(tileStates(personOf(bo))).toEqual(["reconnecting"]);
      expect(hasPicture(personOf(bo))).toBe(true);
    }
  });

  it("[X165] whose link rests is here as anyone else, with the picture and no sign of trouble", () => {
    const bo = peer();
    bo.link = { ...linkIn("resting"), path: "forwarded" };
    expect(tileStates(personOf(bo))).toEqual(tileStates(personOf(peer())));
    expect(hasPicture(personOf(bo))).toBe(true);
    expect(personOf(bo).isRelayed).toBe(false);
  });

  it("a newcomer connects first, and is not called muted meanwhile", () => {
    const bo = new FakePeer("bo", "Bo");
    bo.link = linkIn("connecting");
    expect(tileStates(personOf(bo))).toEqual(["connecting"]);
  });

  it("[D5] one who can't be reached is said to be so, with the reason", () => {
    const bo = peer();
    bo.link = linkIn("closed", "no-route");
    expect(tileStates(personOf(bo))).toEqual(["no-link"]);
    expect(hasPicture(personOf(bo))).toBe(false);
    expect(personOf(bo).diagnosis).toBe("No way was found between your networks. Try another one.");
    bo.link = linkIn("closed", "no-relay-candidate", "there");
    expect(personOf(bo).diagnosis).toBe("The relay can't be reached from their network.");
  });

  it("[D5] one whose picture can't be decoded here is said to be so, in place of the picture", () => {
    const bo = peer();
    expect(personOf(bo).unknownKinds).toEqual([]);
    const link = linkIn("connected", "no-common-codec");
    const { diagnosis } = link;
    if (!diagnosis) throw new Error("no diagnosis");
    bo.link = {
      ...link,
      diagnosis: { ...diagnosis, evidence: { ...diagnosis.evidence, refusedKinds: ["video"] } },
    };
    expect(personOf(bo).unknownKinds).toEqual(["video"]);
    expect(hasPicture(personOf(bo))).toBe(false);
    expect(personOf(bo).diagnosis).toMatch(/no common format/);
  });

  it("[W110] one whose picture is left out is said to be so, and is wanted as before", () => {
    const bo = peer();
    const stream = fakeStream([fakeTrack("audio")]);
    bo.shows(stream, { leftOut: 12 });
    expect(tileStates(personOf(bo))).toEqual(["left-out"]);
    expect([hasPicture(personOf(bo)), wantsPicture(personOf(bo))]).toEqual([false, true]);
    bo.shows(stream, { video: "muted", leftOut: 12 });
    expect(tileStates(personOf(bo))).toEqual(["camera-off"]);
    bo.shows(stream);
    expect([hasPicture(personOf(bo)), tileStates(personOf(bo))]).toEqual([true, []]);
  });

  it("has initials of the first and the last word", () => {
    expect(initialsOf("Ada Maria Lovelace")).toBe("AL");
    expect(initialsOf("bo")).toBe("B");
    expect(initialsOf("🦊 fox")).toBe("🦊F");
    expect(initialsOf(" ")).toBe("?");
  });

  it("has a flag of a two-letter country, and none of anything else", () => {
    expect(flagOf("DE")).toBe("🇩🇪");
    expect(flagOf("fr")).toBe("🇫🇷");
    for (const country of [undefined, "", "D", "DEU", "1A"]) expect(flagOf(country)).toBeUndefined();
  });
});
