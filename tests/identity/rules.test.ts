import { describe, expect, it } from 'vitest';
import { linkCodeAlphabet, linkCodeLength } from '../../shared/identity/guardians.ts';
import { isUsable } from '../../server/identity/accounts/account.ts';
import { newLinkCode } from '../../server/identity/guardians/link-code.ts';
import { createGate } from '../../server/identity/sign-in/gate.ts';
import { afterFailure, lockedUntil, noLockout } from '../../server/identity/sign-in/lockout.ts';
import { hashPassword, passwordMatches } from '../../server/identity/sign-in/password.ts';
import type { Lockout } from '../../server/identity/sign-in/lockout.ts';
import { judge } from '../../server/identity/sessions/rotation.ts';
import { newRecoveryCodes } from '../../server/identity/two-factor/codes.ts';

const now = new Date('2026-03-02T09:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

describe('lockout', () => {
  const fail = (lockout: Lockout, times: number, at: Date): Lockout =>
    times === 0 ? lockout : fail(afterFailure(lockout, at), times - 1, at);
  const minutesLocked = (lockout: Lockout, at: Date) =>
    ((lockedUntil(lockout, at)?.getTime() ?? at.getTime()) - at.getTime()) / 60_000;

  it('comes with the fifth failure and doubles with each lockout, a day at most', () => {
    expect(lockedUntil(fail(noLockout, 4, now), now)).toBeNull();
    const lengths = [5, 10, 15, 20, 50, 500].map((times) => minutesLocked(fail(noLockout, times, now), now));
    expect(lengths).toEqual([15, 30, 60, 120, 1440, 1440]);
  });

  it('begins anew after a day of peace', () => {
    const locked = fail(noLockout, 10, now);
    const nextDay = later(25 * 3600);
    expect(fail(locked, 1, nextDay)).toEqual({ failures: 1, lockedUntil: null });
    expect(minutesLocked(fail(locked, 5, nextDay), nextDay)).toBe(15);
    expect(minutesLocked(fail(locked, 5, later(23 * 3600)), later(23 * 3600))).toBe(60);
  });
});

describe('rotation', () => {
  const link = (over = {}) => ({ usedAt: null, revokedAt: null, expiresAt: later(3600), ...over });
  const used = (secondsAgo: number) => link({ usedAt: later(-secondsAgo) });

  it.each([
    ['the current token', link(), null, 'rotate'],
    ['a token whose time is over', link({ expiresAt: now }), null, 'expired'],
    ['a used one with an unused successor, 59 s on', used(59), link(), 'again'],
    ['the same, 60 s on', used(60), link(), 'reuse'],
    ['a used one with a used successor', used(1), used(0), 'reuse'],
    ['a used one with a revoked successor', used(1), link({ revokedAt: now }), 'reuse'],
    ['a used one without a successor', used(1), null, 'reuse'],
    ['a revoked one', link({ revokedAt: now }), null, 'reuse'],
  ] as const)('%s', (_, token, successor, verdict) => {
    expect(judge(token, successor, now)).toBe(verdict);
  });
});

describe('account', () => {
  const state = { status: 'active' as const, suspendedUntil: null, deletedAt: null };
  it('is usable when active, or when a suspension has run out', () => {
    expect(isUsable(state, now)).toBe(true);
    expect(isUsable({ ...state, deletedAt: now }, now)).toBe(false);
    expect(isUsable({ ...state, status: 'pending_verification' }, now)).toBe(false);
    expect(isUsable({ ...state, status: 'suspended', suspendedUntil: later(1) }, now)).toBe(false);
    expect(isUsable({ ...state, status: 'suspended', suspendedUntil: now }, now)).toBe(true);
  });
});

describe('passwords', () => {
  it('are kept as Argon2id with 19 MiB and two passes', async () => {
    const [one, two] = [await hashPassword('the same'), await hashPassword('the same')];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(two).not.toBe(one);
    expect(await passwordMatches(one, 'the same')).toBe(true);
    expect(await passwordMatches(one, 'the sama')).toBe(false);
  });
});

describe('codes that people write down', () => {
  it('have more than 20 bits, and none comes twice', () => {
    expect(linkCodeLength * Math.log2(linkCodeAlphabet.length)).toBeGreaterThan(20);
    const all = Array.from({ length: 50 }, () => [...newRecoveryCodes(), newLinkCode()]).flat();
    expect(new Set(all).size).toBe(50 * 11);
    // 30 letters and digits that nobody takes for each other: ten of them have 49 bits.
    for (const code of newRecoveryCodes()) expect(code).toMatch(/^[A-Z2-9]{5}-[A-Z2-9]{5}$/);
  });
});

describe('gate', () => {
  it('lets so many run at once, keeps the order, and turns away who would wait too long', async () => {
    const gate = createGate(2, 3);
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const work = (n: number) => async () => {
      running += 1;
      most = Math.max(most, running);
      order.push(n);
      await Promise.resolve();
      running -= 1;
      if (n === 1) throw new Error('one fails');
    };
    const results = await Promise.allSettled([0, 1, 2, 3, 4, 5].map((n) => gate.run(work(n))));
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
    ]);
    expect([most, order]).toEqual([2, [0, 1, 2, 3, 4]]);
    await expect(gate.run(async () => 'free again')).resolves.toBe('free again');
  });
});
