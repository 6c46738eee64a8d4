import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";

interface LazyProps<P> {
  readonly load: () => Promise<ComponentType<P>>;
  readonly props: P;
  /** Keeps the place until it is there. */
  readonly placeholder?: string;
}

/** A part that is fetched when it is first shown, so that screens which come before it weigh less. */
export function Lazy<P extends object>({ load, props, placeholder }: LazyProps<P>) {
  const Loaded = useSignal<{ readonly part: ComponentType<P> } | undefined>(undefined);
  useEffect(() => {
    load().then(
      (part) => {
        Loaded.value = { part };
      },
      // What is beside it works without it.
      () => undefined,
    );
  }, [load, Loaded]);
  const found = Loaded.value;
  if (found === undefined) return placeholder === undefined ? null : <div class={placeholder} />;
  return <found.part {...props} />;
}
