/** What joining and the test of the connection need of the SDK; apart, so that it loads beside the lobby screen instead of before it. */
export { joinRoom, loadDirect, parseRoomLink, prepareRoom, testConnection } from "@parlour/client";
