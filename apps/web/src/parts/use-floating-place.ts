import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

const places = ["--main-start", "--main-end", "--banners-end"];

/**
 * For the element that holds the banners: what floats over the page for a moment stays within its sides, beside an open panel, and
 * begins below it.
 */
export function useFloatingPlace(): RefObject<HTMLDivElement | null> {
  const holder = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const banners = holder.current;
    if (banners === null) return undefined;
    const { style } = document.documentElement;
    const observer = new ResizeObserver(() => {
      const { left, right, height, bottom } = banners.getBoundingClientRect();
      const sides = [left, document.documentElement.clientWidth - right];
      if (getComputedStyle(banners).direction === "rtl") sides.reverse();
      const lengths = [...sides, height > 0 ? bottom : 0];
      for (const [at, name] of places.entries()) style.setProperty(name, `${lengths[at]}px`);
    });
    observer.observe(banners);
    return () => {
      observer.disconnect();
      for (const name of places) style.removeProperty(name);
    };
  }, []);
  return holder;
}
