/** The mark: a lectern's slanted top on its foot. Decoration only; the name stands beside it. */
export function Logo({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
      <rect width="32" height="32" rx="7" fill="#17574a" />
      <path d="M8 12.5 22.5 8l1.2 3.6L9.2 16.2Z" fill="#f4e9cf" />
      <path d="M14.6 15.8h3V23h3.9v2.5H10.8V23h3.8Z" fill="#f4e9cf" />
    </svg>
  );
}
