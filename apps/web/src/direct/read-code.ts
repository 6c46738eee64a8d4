/** Something that finds a QR code in a picture. */
export type CodeReader = (
  picture: ImageBitmap | HTMLVideoElement,
  width: number,
  height: number,
) => Promise<string | undefined>;

/** As much of the Shape Detection API as is used; the types that a page has know none. */
interface Detector {
  detect(picture: ImageBitmap | HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}
interface Detectors {
  new (options: { readonly formats: readonly string[] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
}

/** The browser's own where it has one, which is quicker; otherwise one in JavaScript, fetched now. */
export async function codeReader(): Promise<CodeReader> {
  const Own = (globalThis as { BarcodeDetector?: Detectors }).BarcodeDetector;
  const formats = (await Own?.getSupportedFormats().catch(() => [])) ?? [];
  if (Own && formats.includes("qr_code")) {
    const detector = new Own({ formats: ["qr_code"] });
    return async (picture) => (await detector.detect(picture))[0]?.rawValue;
  }
  const { decodeQR } = await import("./direct-decoder.ts");
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return async (picture, width, height) => {
    const scale = Math.min(1, sideMost / Math.max(width, height));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    pen?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const pixels = pen?.getImageData(0, 0, canvas.width, canvas.height);
    try {
      return pixels && decodeQR(pixels);
    } catch {
      // There is none in it.
      return undefined;
    }
  };
}

/** Larger pictures take longer and show no more of a code that fills them. */
const sideMost = 1_600;
/** A text in a file is never this long. */
const fileMost = 256 * 1024;
/** Pictures of phones are below this. */
const pictureMost = 40 * 1024 * 1024;

/** The text in a file, or in the QR code of a picture; undefined when there is none. */
export async function textOfFile(file: File): Promise<string | undefined> {
  if (!file.type.startsWith("image/")) return file.size > fileMost ? undefined : await file.text();
  if (file.size > pictureMost) return undefined;
  const picture = await createImageBitmap(file).catch(() => undefined);
  if (picture === undefined) return undefined;
  try {
    return await (await codeReader())(picture, picture.width, picture.height);
  } finally {
    picture.close();
  }
}
