import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** For the element that holds the banners: what floats over the page for a moment begins below it (`--banners-end`). */
export function useBannersEnd(): RefObject<HTMLDivElement | null> {
  const holder = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const banners = holder.current;
    if (banners === null) return undefined;
    const { style } = document.documentElement;
    const observer = new ResizeObserver(() => {
      const { height, bottom } = banners.getBoundingClientRect();
      style.setProperty("--banners-end", `${height > 0 ? bottom : 0}px`);
    });
    observer.observe(banners);
    return () => {
      observer.disconnect();
      style.removeProperty("--banners-end");
    };
  }, []);
  return holder;
}
