const { accept, fill, invite } = await import("../../e2e/harness/direct.ts");
const { personOn } = await import("../../e2e/harness/people.ts");

/** The steps of `/direct`, and the room that comes of them. */
export async function direct({ server, fresh, open, screen }) {
  await screen("direct", async (tab) => {
    const ada = await open(tab, "/direct");
    await ada.sees("button", "Invite someone");
  });
  await screen("direct-join", async (tab) => {
    const ada = await open(tab, "/direct");
    await ada.press("Join by text");
    await fill(ada, "Invitation", "INV1AHkZ");
    await ada.press("Continue");
    await ada.reads("The end of it is missing.");
  });
  await screen("direct-lobby", async (tab) => {
    const ada = await open(tab, "/direct?name=Ada");
    await ada.press("Invite someone");
    await ada.sees("button", "Make the invitation");
  });
  await screen("direct-invite", async (tab) => {
    const { inviter } = await invite(tab, server.url, "Ada");
    await fill(inviter, "Answer", "ANS1AHkZ");
    await inviter.press("Connect");
    await inviter.reads("The end of it is missing.");
  });
  await screen("direct-answer", async (tab) => {
    const other = await fresh();
    const { link } = await invite(other, server.url, "Bo");
    await tab.page.evaluateOnNewDocument(() => localStorage.setItem("parlour:language", "de"));
    const ada = await open(tab, link);
    await ada.press("Antwort machen");
    await ada.sees("textbox", "Deine Antwort");
  });
  await screen("direct-room", async (tab) => {
    const other = await fresh();
    const { inviter, link } = await invite(other, server.url, "Bo");
    const { answer } = await accept(tab, server.url, "Ada", link);
    await fill(inviter, "Answer", answer);
    await inviter.press("Connect");
    await personOn(tab, "Ada").seesPeople("Bo");
    await inviter.press("Leave");
    await personOn(tab, "Ada").reads("The other one has left.");
  });
}
