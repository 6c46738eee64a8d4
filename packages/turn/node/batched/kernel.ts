import { createRequire } from "node:module";
import { constants } from "node:os";

/*
 * The system calls that Node does not have: many datagrams in one (recvmmsg, sendmmsg), and waiting for sockets (epoll). Memory that the
 * kernel writes to is never JavaScript's own: it is allocated outside of it, once, and stays until the thread has ended, so that no
 * pointer can outlive what it points to. That of a thread that was ended is for whoever takes its place to free.
 *
 * Layouts are those of 64-bit Linux, little-endian: see `isPossible`.
 */

/** The part of koffi that is used. Version 3: pointers are bigints. */
interface Koffi {
  load(path: string | null): {
    func(name: string, result: string, parameters: readonly string[]): (...values: number[]) => number;
  };
  alloc(type: string, length: number): bigint;
  free(pointer: bigint): void;
  view(pointer: bigint, length: number): ArrayBuffer;
  errno(): number;
}

/** Memory outside of JavaScript, with its address. */
export interface Arena {
  readonly address: number;
  readonly buffer: ArrayBuffer;
}

/** Numbers instead of pointers: addresses fit into 53 bits. Each call gives -1 and sets `errno` when it fails. */
export interface Kernel {
  socket(domain: number, type: number, protocol: number): number;
  bind(socket: number, address: number, length: number): number;
  getsockname(socket: number, address: number, length: number): number;
  setsockopt(socket: number, level: number, name: number, value: number, length: number): number;
  recvmmsg(socket: number, messages: number, count: number, flags: number, timeout: number): number;
  sendmmsg(socket: number, messages: number, count: number, flags: number): number;
  epoll_create1(flags: number): number;
  epoll_ctl(epoll: number, operation: number, socket: number, event: number): number;
  epoll_wait(epoll: number, events: number, count: number, timeoutMs: number): number;
  eventfd(value: number, flags: number): number;
  close(socket: number): number;
  /** Microseconds. */
  usleep(time: number): number;
  errno(): number;
  allocate(bytes: number): Arena;
  /** What `allocate` gave, also in another thread; nothing may look at its buffer any more. */
  free(address: number): void;
}

/** Where the layouts that are written here hold. */
export function isPossible(): boolean {
  return process.platform === "linux" && (process.arch === "x64" || process.arch === "arm64");
}

type NumberType = "int" | "uint" | "size_t";
/** What this process has in its own program and libraries, by name. */
export interface OwnProgram {
  /** Throws when there is no such function. Pointers are `size_t`. */
  call(
    name: string,
    result: NumberType,
    ...parameters: readonly NumberType[]
  ): (...values: number[]) => number;
  allocate(bytes: number): Arena;
  /** By the address that `allocate` gave, in this thread or another; nothing may look at the buffer any more. */
  free(address: number): void;
  errno(): number;
}

/** Throws when koffi is not installed or can't be loaded here. */
export function loadOwnProgram(): OwnProgram {
  const koffi = createRequire(import.meta.url)("koffi") as Koffi;
  const library = koffi.load(null);
  return {
    call: (name, result, ...parameters) => library.func(name, result, parameters),
    errno: () => koffi.errno(),
    allocate(bytes) {
      const pointer = koffi.alloc("uint8_t", bytes);
      return { address: Number(pointer), buffer: koffi.view(pointer, bytes) };
    },
    free: (address) => koffi.free(BigInt(address)),
  };
}

/** Throws where there is no koffi, as `loadOwnProgram`. */
export function loadKernel(): Kernel {
  const own = loadOwnProgram();
  const call = (name: string, ...parameters: readonly NumberType[]) => own.call(name, "int", ...parameters);
  return {
    socket: call("socket", "int", "int", "int"),
    bind: call("bind", "int", "size_t", "uint"),
    getsockname: call("getsockname", "int", "size_t", "size_t"),
    setsockopt: call("setsockopt", "int", "int", "int", "size_t", "uint"),
    recvmmsg: call("recvmmsg", "int", "size_t", "uint", "int", "size_t"),
    sendmmsg: call("sendmmsg", "int", "size_t", "uint", "int"),
    epoll_create1: call("epoll_create1", "int"),
    epoll_ctl: call("epoll_ctl", "int", "int", "int", "size_t"),
    epoll_wait: call("epoll_wait", "int", "size_t", "int", "int"),
    eventfd: call("eventfd", "uint", "int"),
    close: call("close", "int"),
    usleep: call("usleep", "uint"),
    errno: own.errno,
    allocate: own.allocate,
    free: own.free,
  };
}

/** An error as Node's own sockets throw it: with the name of the code. */
export function systemError(errno: number, syscall: string): NodeJS.ErrnoException {
  const code = Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
  return Object.assign(new Error(`${syscall} ${code}`), { code, errno, syscall });
}
