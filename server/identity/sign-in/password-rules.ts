import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common';
import { dictionary as english } from '@zxcvbn-ts/language-en';

/** The default of `auth.password_min_length`, and a longest: checking must not be a way to keep the machine busy. */
export const passwordLength = { least: 10, most: 128 };

/** What is wrong with a password, in words for a person. */
export type PasswordReason =
  | 'too_short'
  | 'too_long'
  | 'personal'
  | 'common'
  | 'repeats'
  | 'sequence'
  | 'keyboard'
  | 'date'
  | 'guessable'
  | 'unchanged';

let made: ZxcvbnFactory | undefined;
// Made when it is first needed: the dictionaries take 50 ms.
const estimator = (): ZxcvbnFactory =>
  (made ??= new ZxcvbnFactory({
    dictionary: { ...common, ...english },
    graphs: adjacencyGraphs,
    maxLength: passwordLength.most,
    useLevenshteinDistance: false,
  }));

/** Guesses that a password must withstand, as zxcvbn counts them: 3 = above 10^8, safe against attacks on the form. */
const leastScore = 3;

/**
 * Why a password is not accepted; empty when it is. No classes of characters are demanded (NIST SP 800-63B 5.1.1.2), spaces
 * and all other characters are allowed.
 * @param about the person's own words: name, addresses
 * @param least the shortest that is accepted, in characters
 */
export function passwordReasons(
  password: string,
  about: readonly (string | null | undefined)[],
  least: number = passwordLength.least,
): PasswordReason[] {
  const length = Array.from(password).length;
  if (length < least) return ['too_short'];
  if (length > passwordLength.most) return ['too_long'];
  const words = personalWords(about);
  const { score, sequence } = estimator().check(password, words);
  if (isMostlyPersonal(password, words)) return ['personal'];
  if (score >= leastScore) return [];
  const reasons = new Set<PasswordReason>();
  for (const match of sequence) {
    const reason = reasonOf(match);
    if (reason) reasons.add(reason);
  }
  return reasons.size > 0 ? [...reasons] : ['guessable'];
}

/** Whether hardly anything is left without the person's own words: "adalovelace99". */
function isMostlyPersonal(password: string, words: readonly string[]): boolean {
  const lower = password.toLowerCase();
  const rest = words
    .toSorted((a, b) => b.length - a.length)
    .reduce((text, word) => (word.length >= 3 ? text.replaceAll(word, '') : text), lower);
  return rest.length < lower.length && rest.replaceAll(/[^\p{L}\p{N}]/gu, '').length < 6;
}

/** Whole texts and their parts: "Ada King" and "ada.king@school.org" hold ada, king and school. */
function personalWords(about: readonly (string | null | undefined)[]): string[] {
  const texts = ['lectern', ...about.filter((text): text is string => Boolean(text))];
  const parts = texts.flatMap((text) => text.split(/[\s@.+_-]+/)).filter((part) => part.length >= 3);
  return [...new Set([...texts, ...parts].map((text) => text.toLowerCase()))];
}

function reasonOf(match: { pattern: string; [key: string]: unknown }): PasswordReason | null {
  switch (match.pattern) {
    case 'dictionary':
      return match['dictionaryName'] === 'userInputs' ? 'personal' : 'common';
    case 'repeat':
      return 'repeats';
    case 'sequence':
      return 'sequence';
    case 'spatial':
      return 'keyboard';
    case 'date':
    case 'regex':
      return 'date';
    default:
      return null;
  }
}
