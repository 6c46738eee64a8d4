import { decodeQR as decode } from "qr/decode.js";

/** Longer than a frame of a film: who opens a picture can wait a moment. */
const timeLimit = 400;

/** The text in the QR code of a picture; throws when there is none. */
export const decodeQR = ({ data, width, height }: ImageData): string =>
  decode({ data, width, height }, { format: "RGBA", timeLimit });
