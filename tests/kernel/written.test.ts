import { describe, expect, it } from 'vitest';
import { written } from '../../server/kernel/mail/index.ts';
import { lasting } from '../../server/identity/accounts/messages.ts';

describe('what people wrote, in a mail', () => {
  it.each([
    ['Ada Lovelace', 'Ada Lovelace'],
    ['Ada\r\nBcc: all@school.example', 'Ada Bcc: all@school. example'],
    ['Dr. Who, M.D.', 'Dr. Who, M.D.'],
    ['https://evil.example/login', 'https evil. example/login'],
    ['www.evil.example', 'evil. example'],
    ['  Grace   Hopper  ', 'Grace Hopper'],
    ['\u202eAda\u2028Lovelace', 'Ada Lovelace'],
  ])('%j is written %j', (text, expected) => {
    expect(written(text)).toBe(expected);
  });

  it('is cut where it is longer than a name is', () => {
    expect(written('x'.repeat(80))).toBe('x'.repeat(80));
    expect(written('x'.repeat(200))).toBe(`${'x'.repeat(79)}…`);
  });
});

describe('how long something is good for', () => {
  it.each([
    [30, '1 minute'],
    [600, '10 minutes'],
    [90 * 60, '90 minutes'],
    [2 * 3600, '2 hours'],
    [48 * 3600, '48 hours'],
    [7 * 86_400, '7 days'],
  ])('%d seconds are %s', (seconds, words) => {
    expect(lasting(seconds * 1000)).toBe(words);
  });
});
