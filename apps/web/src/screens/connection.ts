/** What joining needs of the SDK; apart, so that it loads beside the lobby screen instead of before it. */
export { joinRoom } from "@parlour/client";
