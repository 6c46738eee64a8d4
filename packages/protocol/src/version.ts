/** The version this package speaks; the WebSocket subprotocol names it. */
export const protocolVersion = 1;
/** What a client offers in `Sec-WebSocket-Protocol`. */
export const subprotocol = "parlour.v1";
