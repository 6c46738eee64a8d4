import type { IconNode } from "lucide";
import { h } from "preact";

/** An icon from its nodes. It says nothing to assistive technology: a word stands beside it. */
export function Icon({ node, size = 20 }: { readonly node: IconNode; readonly size?: number }) {
  return (
    <svg
      class="icon"
      xmlns="http://www.w3.org/2000/svg"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {node.map(([name, attributes]) => h(name, attributes))}
    </svg>
  );
}
