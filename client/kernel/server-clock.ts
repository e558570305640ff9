let offset = 0;

/**
 * Learns from an answer's `Date` header how far this computer's clock is from the server's. To the second, which is
 * enough for "running for 12 minutes"; nothing is decided by it.
 */
export function noteServerDate(header: string | null): void {
  const server = header ? Date.parse(header) : Number.NaN;
  if (Number.isNaN(server)) return;
  const difference = server - Date.now();
  // The header has whole seconds: a smaller difference is its rounding, not a wrong clock.
  offset = Math.abs(difference) < 2000 ? 0 : difference;
}

/** Now by the server's clock, in milliseconds: the only clock that counts. */
export const serverNow = (): number => Date.now() + offset;
