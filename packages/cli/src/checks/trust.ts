/** Whom the checks trust, and for how long they wait. */
import { rootCertificates } from "node:tls";

/** What every check is given. */
export interface Looking {
  /** PEM of authorities to trust beside those of Node. */
  readonly ca?: readonly string[] | undefined;
  readonly timeoutMs: number;
}

/** Options of TLS for these authorities; an untrusted certificate is said once, and does not keep the other checks from looking. */
export const tlsOptions = ({ ca }: Looking): { ca?: string[]; rejectUnauthorized: false } => ({
  rejectUnauthorized: false,
  ...(ca === undefined ? {} : { ca: [...rootCertificates, ...ca] }),
});

/** The code of an error, as Node and TLS name it. */
export function codeOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return typeof code === "string" ? code : String(message ?? error).slice(0, 100);
}
