/**
 * Names of the SDK's own insides, which the built module shortens. A name may stand here when nothing outside of that module
 * ever sees it: no caller, no other page, no server, no browser API, no storage; and when no string spells it. A test looks.
 */
export const insideNames = `
  attach beforeAnswer candidatesMs seatsChanged seatsById signalTo driver isRemembered isHeard isTelling joinedAt linked listen machine onAsked patientUntil prepare receive
  session situation stage chance header help isLeft isNew onDoubt onStep notes
  pages setup why
  acknowledgeAfterMs againDoublings againMs acknowledgeAt acknowledged bodyBytes candidateCharacters candidatesPerSignal connectAll
  createChannelHub createConnection createFilesHub createLink createMediaHub credit disconnectAll disconnectedMs effects
  isLinked onDemand allot needsWholePicture allotment createStream onWants scaleDownBy wantsOf onChange
  filled givenUp fruitlessRebuilds hasBegun heardAt heldBytes heldCandidates helpAt ignoreOffer introduction
  isAnnounced isContinued isDue isFirst isListening isNewPage isNewSeat isOwing isPolite isTheirs isReady isRefused
  isRestarted joinUntil lastIn lastOut makesFirstOffer mayRecount membership notebook onBody onEffects onLink
  onMessage onProblem onRefused onSignal onViolation openSocket outcome outstanding packets partial probeUntil
  rebuilds remoteUfrags resendAfterMaxMs resendAfterMs resendAt restartMs resync
  sdpCharacters sealer tags timekeeper isStuck tries emit proceed hub privately setState need isHeld channelsByName pagesById madeWith lacksMedia drive unacknowledged unsent violations waitingOperations withdraw
`
  .trim()
  .split(/\s+/);
