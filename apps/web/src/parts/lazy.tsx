import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface LazyProps<P> {
  readonly load: (props: P) => Promise<ComponentType<P>>;
  readonly props: P;
  /** Keeps the place until it is there. */
  readonly placeholder?: string;
  /** It can't be had now: the server is away, or has another version of the page. */
  readonly onMissing?: () => void;
}

/** A part that is fetched when it is first shown, so that screens which come before it weigh less. */
export function Lazy<P extends object>({ load, props, placeholder, onMissing }: LazyProps<P>) {
  const Loaded = useSignal<{ readonly part: ComponentType<P> } | undefined>(undefined);
  const latest = useRef({ props, onMissing });
  latest.current = { props, onMissing };
  useEffect(() => {
    load(latest.current.props).then(
      (part) => {
        Loaded.value = { part };
      },
      // What is beside it works without it.
      () => latest.current.onMissing?.(),
    );
  }, [load, Loaded]);
  const found = Loaded.value;
  if (found === undefined) return placeholder === undefined ? null : <div class={placeholder} />;
  return <found.part {...props} />;
}

/**
 * For what a press fetches in mid-call. While the server is known to be away it is not even asked for: Firefox remembers of a module
 * that it could not be fetched, until the page is loaded again.
 */
export function fromServer<M>(load: () => Promise<M>): (call: Reachable) => Promise<M> {
  let found: Promise<M> | undefined;
  return (call) => {
    if (found !== undefined) return found;
    // A room without a server has its files from the worker that keeps the page.
    const isKept = call.room.link === "";
    if (!isKept && (call.isRecovering.peek() || call.isOffline.peek()))
      return Promise.reject(new Error("the server is away"));
    const coming = load();
    found = coming;
    coming.catch(() => {
      found = undefined;
    });
    return coming;
  };
}

/** What a call knows of the server. */
interface Reachable {
  readonly room: { readonly link: string };
  readonly isRecovering: ReadonlySignal<boolean>;
  readonly isOffline: ReadonlySignal<boolean>;
}
