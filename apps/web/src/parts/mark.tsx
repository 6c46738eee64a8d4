/** Parlour's sign: a doorway with someone in it. */
export function Mark({ size = 28 }: { readonly size?: number }) {
  return (
    <svg class="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" class="mark-ground" />
      <path d="M8 24V13a8 8 0 0 1 16 0v11M6 24h20" class="mark-line" />
      <circle cx="16" cy="16" r="3.4" class="mark-dot" />
    </svg>
  );
}
