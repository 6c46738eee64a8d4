// Where a contender listens: a port of its own on this machine, or what the bench says, with TLS when it gives a certificate.
import { readFileSync } from "node:fs";

const { PARLOUR_BENCH_LISTEN = "127.0.0.1:0", PARLOUR_BENCH_TLS } = process.env;
const [host, port] = PARLOUR_BENCH_LISTEN.split(":");
const [cert, key] = PARLOUR_BENCH_TLS?.split(",").map((file) => readFileSync(file, "utf8")) ?? [];

/** `tls` is undefined without one. */
export const place = { host, port: Number(port), tls: cert && { cert, key } };
