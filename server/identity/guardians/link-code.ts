import { randomInt } from 'node:crypto';
import { linkCodeAlphabet, linkCodeLength } from '../../../shared/identity/guardians.ts';
import type { Secrets } from '../../kernel/secrets.ts';

/** A new link code; 39 bits, which the rate limit and seven days protect. */
export const newLinkCode = (): string =>
  Array.from({ length: linkCodeLength }, () => linkCodeAlphabet[randomInt(linkCodeAlphabet.length)]).join('');

/** As it is stored. */
export const linkCodeHash = (secrets: Secrets, code: string): Buffer => secrets.pepper('guardian_link', code);
