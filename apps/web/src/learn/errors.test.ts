import { describe, expect, it } from "vitest";
import { type Mistake, mistakeOf, type Standing } from "./errors.ts";
import type { StepId } from "./steps/plan.ts";

const connected: Standing = {
  hasConnection: true,
  hasChannel: true,
  hasSocket: true,
  hasReceived: true,
  signalingState: "stable",
  hasRemoteDescription: true,
  channelState: "open",
  hasDevices: true,
};
const nothing: Standing = {
  ...connected,
  hasConnection: false,
  hasChannel: false,
  hasReceived: false,
  signalingState: undefined,
  hasRemoteDescription: false,
  channelState: undefined,
};

const cases: readonly (readonly [StepId, string, Partial<Standing>, Mistake])[] = [
  ["create-offer", "TypeError", nothing, "noConnection"],
  ["add-candidates", "TypeError", nothing, "noConnection"],
  ["send-offer", "TypeError", { ...nothing, hasSocket: false }, "noSocket"],
  ["create-connection", "SyntaxError", nothing, "badServers"],
  ["set-remote-offer", "TypeError", { hasReceived: false }, "nothingReceived"],
  ["set-remote-answer", "InvalidStateError", {}, "wrongAnswerState"],
  ["take-answer", "InvalidStateError", {}, "wrongAnswerState"],
  ["set-remote-offer", "InvalidStateError", {}, "wrongOfferState"],
  ["create-answer", "InvalidStateError", {}, "noOfferToAnswer"],
  ["set-local-answer", "InvalidStateError", {}, "noOfferToAnswer"],
  ["add-candidates", "InvalidStateError", { hasRemoteDescription: false }, "noRemoteDescription"],
  ["add-candidates-b", "OperationError", {}, "badCandidate"],
  ["set-local-offer", "InvalidModificationError", {}, "changedText"],
  ["set-remote-offer", "OperationError", {}, "changedText"],
  ["restart-ice", "InvalidStateError", { signalingState: "closed" }, "closed"],
  ["send-numbers", "InvalidStateError", { channelState: "connecting" }, "channelNotOpen"],
  ["close-channel", "TypeError", { hasChannel: false }, "noChannel"],
  ["add-camera", "NotAllowedError", {}, "cameraRefused"],
  ["add-camera", "NotFoundError", {}, "noCamera"],
  ["add-camera", "TypeError", { hasDevices: false }, "insecurePage"],
  ["offer-again", "NetworkError", {}, "unknown"],
];

describe("what went wrong", () => {
  it.each(cases)("[B11] %s, %s", (step, name, standing, mistake) => {
    expect(mistakeOf(step, name, { ...connected, ...standing })).toBe(mistake);
  });
});
