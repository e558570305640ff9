import { z } from 'zod';

/** An instant on the wire: ISO 8601 in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export const instant = z.iso.datetime();

/** Writes a `Date` for the wire. */
export const iso = (date: Date): string => date.toISOString();

/** Writes a `Date` that may be absent. */
export const isoOrNull = (date: Date | null | undefined): string | null => (date ? date.toISOString() : null);

/**
 * The time zone of accounts that have chosen none: pages follow the device then, and mails tell UTC. Whoever wants UTC
 * itself chooses `Etc/UTC`.
 */
export const unchosenZone = 'UTC';
