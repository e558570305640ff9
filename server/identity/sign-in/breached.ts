import { createHash } from 'node:crypto';
import type { Logger } from '../../kernel/logger.ts';

const waitMs = 1500;
const longestAnswer = 1024 * 1024;

/**
 * Whether a password stands in a list of leaked ones. Only the first five characters of its SHA-1 leave the server
 * (k-anonymity, as Have I Been Pwned defines it). When the list does not answer in time the password counts as unknown:
 * nobody is locked out by somebody else's outage.
 */
export async function isBreached(
  password: string,
  options: { url: string | undefined; log: Logger },
): Promise<boolean> {
  if (!options.url) return false;
  const hash = createHash('sha1').update(password).digest('hex').toUpperCase();
  try {
    const response = await fetch(`${options.url}${hash.slice(0, 5)}`, {
      headers: { 'add-padding': 'true' },
      redirect: 'error',
      signal: AbortSignal.timeout(waitMs),
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const list = (await response.text()).slice(0, longestAnswer);
    return list.split(/\r?\n/).some((line) => {
      const [suffix, count] = line.trim().split(':');
      // Padding has the count 0.
      return suffix?.toUpperCase() === hash.slice(5) && Number(count) > 0;
    });
  } catch (error) {
    options.log.warn({ err: error }, 'the list of leaked passwords did not answer');
    return false;
  }
}
