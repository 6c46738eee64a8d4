/**
 * The code of every step. The page shows the body of each function as it stands here (`source.ts` cuts it out of this file), so a body
 * names nothing but its arguments, its neighbours in this file and what browsers have, and has no type in it: what a learner
 * reads is plain JavaScript, and it is what runs.
 */
import type { Message, Peer } from "../peer.ts";

export async function createConnection(peer: Peer) {
  const connection = new RTCPeerConnection(peer.configuration);
  connection.onicecandidate = ({ candidate }) => {
    if (candidate === null) return;
    peer.candidates.push(candidate);
    if (peer.isTrickling) peer.socket.send(JSON.stringify({ candidate }));
  };
  peer.connection = connection;
}

export async function createChannel(peer: Peer) {
  peer.channel = peer.connection.createDataChannel("chat", peer.channelOptions);
  peer.channel.onmessage = ({ data }) => peer.show(data, "chat");
}

export async function createOffer(peer: Peer) {
  peer.offer = await peer.connection.createOffer();
}

export async function setLocalOffer(peer: Peer) {
  await peer.connection.setLocalDescription(peer.offer);
}

export async function sendOffer(peer: Peer) {
  peer.socket.send(JSON.stringify({ description: peer.offer }));
}

export async function sendCandidates(peer: Peer) {
  for (const candidate of peer.candidates) {
    peer.socket.send(JSON.stringify({ candidate }));
  }
  peer.isTrickling = true;
}

/** Runs for each text that comes over the socket. */
export async function receive(peer: Peer, { description, candidate }: Message) {
  if (description) {
    peer.received = description;
  } else if (candidate) {
    const known = peer.connection?.remoteDescription?.sdp ?? "";
    const isExpected = known.includes(`a=ice-ufrag:${candidate.usernameFragment}`);
    if (isExpected) await peer.connection.addIceCandidate(candidate);
    else peer.waiting.push(candidate);
  }
}

export async function listen(peer: Peer) {
  peer.connection.ondatachannel = ({ channel }) => {
    if (channel.label === "lossy") peer.lossy = channel;
    else peer.channel = channel;
    channel.onmessage = ({ data }) => peer.show(data, channel.label);
  };
}

export async function setRemoteOffer(peer: Peer) {
  await peer.connection.setRemoteDescription(peer.received);
}

export async function addCandidates(peer: Peer) {
  while (peer.waiting.length > 0) {
    await peer.connection.addIceCandidate(peer.waiting[0]);
    peer.waiting.shift();
  }
}

export async function createAnswer(peer: Peer) {
  peer.answer = await peer.connection.createAnswer();
}

export async function setLocalAnswer(peer: Peer) {
  await peer.connection.setLocalDescription(peer.answer);
}

export async function sendAnswer(peer: Peer) {
  peer.socket.send(JSON.stringify({ description: peer.answer }));
}

export async function setRemoteAnswer(peer: Peer) {
  await peer.connection.setRemoteDescription(peer.received);
}

export async function addCamera(peer: Peer) {
  peer.camera = await navigator.mediaDevices.getUserMedia({ video: true });
  for (const track of peer.camera.getTracks()) {
    peer.connection.addTrack(track, peer.camera);
  }
}

export async function receiveVideo(peer: Peer) {
  peer.connection.addTransceiver("video", { direction: "recvonly" });
}

export async function offerAgain(peer: Peer) {
  await peer.connection.setLocalDescription();
  peer.socket.send(JSON.stringify({ description: peer.connection.localDescription }));
}

export async function answerAgain(peer: Peer) {
  await peer.connection.setRemoteDescription(peer.received);
  await addCandidates(peer);
  await peer.connection.setLocalDescription();
  peer.socket.send(JSON.stringify({ description: peer.connection.localDescription }));
}

export async function takeAnswer(peer: Peer) {
  await peer.connection.setRemoteDescription(peer.received);
  await addCandidates(peer);
}

export async function restartIce(peer: Peer) {
  peer.connection.restartIce();
}

export async function closeChannel(peer: Peer) {
  peer.channel.close();
}

export async function closeConnection(peer: Peer) {
  peer.connection.close();
}

export async function createLossy(peer: Peer) {
  peer.lossy = peer.connection.createDataChannel("lossy", { ordered: false, maxRetransmits: 0 });
  peer.lossy.onmessage = ({ data }) => peer.show(data, "lossy");
}

export async function sendNumbers(peer: Peer) {
  for (let number = 1; number <= 500; number += 1) {
    peer.channel.send(`#${number}`);
    peer.lossy.send(`#${number}`);
    await peer.pause(5);
  }
}

export async function sendOfferToBoth(peer: Peer) {
  const text = JSON.stringify({ description: peer.offer });
  peer.socket.send(text);
  peer.secondSocket.send(text);
}

export async function negotiatePerfectly(peer: Peer) {
  const { connection, socket } = peer;
  let isOffering = false;
  let isTakingAnswer = false;
  let isIgnoring = false;
  const describe = async () => {
    await connection.setLocalDescription();
    socket.send(JSON.stringify({ description: connection.localDescription }));
  };
  peer.isTrickling = true;
  connection.onnegotiationneeded = async () => {
    isOffering = true;
    await describe().finally(() => {
      isOffering = false;
    });
  };
  peer.onmessage = async ({ description, candidate }) => {
    if (description) {
      const isFree = !isOffering && (connection.signalingState === "stable" || isTakingAnswer);
      const isGlare = description.type === "offer" && !isFree;
      isIgnoring = isGlare && !peer.isPolite;
      if (isGlare) peer.note(isIgnoring ? "ignored" : "rolled-back");
      if (isIgnoring) return;
      isTakingAnswer = description.type === "answer";
      await connection.setRemoteDescription(description); // rolls an offer of one's own back
      isTakingAnswer = false;
      if (description.type === "offer") await describe();
    } else if (candidate && !isIgnoring) {
      await connection.addIceCandidate(candidate);
    }
  };
}
