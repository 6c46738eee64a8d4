// Preloaded into every server under measurement (`node --import`): answers what the process has used, over IPC.
// The same few lines in each contender, so that the question costs them the same.
process.on("message", (question) => {
  if (question === "memory") globalThis.gc?.();
  process.send?.({
    cpu: process.cpuUsage(),
    rss: process.memoryUsage.rss(),
    heap: process.memoryUsage().heapUsed,
  });
});
// The channel alone keeps no server alive.
process.channel?.unref();
