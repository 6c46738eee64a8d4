export { freePort } from "./free-port.ts";
export {
  createUdpProxy,
  type Direction,
  type ProxyStatistics,
  type Side,
  type UdpProxy,
  type UdpProxyOptions,
} from "./udp-proxy.ts";
export { clearLine, createShaper, type Shaper, type ShaperConditions } from "./udp-proxy-shaper.ts";
