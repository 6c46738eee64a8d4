/** The host's own authority, for people to install: as text (`pem`), or as the bytes that phones and Windows open (`crt`, DER). */
export function certificateResponse(pem: string, form: "pem" | "crt"): Response {
  const headers = {
    "content-disposition": `attachment; filename="parlour-ca.${form}"`,
    "cache-control": "no-cache",
  };
  if (form === "pem") {
    return new Response(pem, { headers: { ...headers, "content-type": "application/x-pem-file" } });
  }
  const base64 = /-----BEGIN CERTIFICATE-----([\s\S]+?)-----END CERTIFICATE-----/.exec(pem)?.[1] ?? "";
  const der = new Uint8Array(Buffer.from(base64, "base64"));
  return new Response(der, { headers: { ...headers, "content-type": "application/x-x509-ca-cert" } });
}
