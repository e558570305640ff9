import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { createGate } from './gate.ts';

// Argon2id (RFC 9106) with the smaller of OWASP's equivalent settings: 19 MiB, two passes, one lane.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

// Each computation holds a thread of libuv's pool (four by default) and a core; file and DNS work needs the rest.
const gate = createGate(Math.max(1, Math.min(3, availableParallelism())), 2000);

/** Hashes a password as `users.password_hash` keeps it (a PHC string). */
export function hashPassword(password: string): Promise<string> {
  return gate.run(() => hash(password, cost));
}

let decoy: Promise<string> | undefined;

/**
 * Whether a password is right. Without a hash (nobody has this e-mail address, or they sign in by other means) it costs
 * the same time and is always wrong.
 */
export async function passwordMatches(stored: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword('a password that nobody has');
  const against = stored ?? (await decoy);
  const right = await gate.run(() => verify(against, password));
  return right && stored !== null;
}
