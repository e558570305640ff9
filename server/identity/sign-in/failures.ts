import type { Audit } from '../../audit/index.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import type { Secrets } from '../../kernel/secrets.ts';
import { accountLocked } from '../accounts/messages.ts';
import type { MessageDeps } from '../accounts/messages.ts';
import { tellAccount } from '../accounts/notices.ts';
import { momentForUser } from '../accounts/reader.ts';
import { primaryOrganization } from '../sessions/sessions.repository.ts';
import { lockLockout, saveLockout } from './credentials.repository.ts';
import { afterFailure, lockedUntil } from './lockout.ts';
import type { Lockout } from './lockout.ts';
import { lockPhantom, phantomKeyOf, savePhantom } from './phantom-lockouts.ts';

export interface FailureDeps extends MessageDeps {
  clock: Clock;
  secrets: Secrets;
  audit: Audit;
}

/** What was wrong: a password or code at the sign-in, a code that confirms an address, a second factor, a proof in between. */
export type FailedWith =
  | 'password'
  | 'otp'
  | 'verification'
  | 'second_factor'
  | 'step_up'
  | 'password_change'
  | 'confirmation';

/** Whose: an account's, or of what was typed and nobody is known by. `actor`: who was signed in. */
export type Suspect =
  | { userId: string; actor?: UserActor | undefined }
  | { userId: null; typed: string; actor?: undefined };

const actions: Record<FailedWith, string> = {
  password: 'sign_in.failed',
  otp: 'sign_in.failed',
  verification: 'verification.failed',
  second_factor: 'two_factor.refused',
  step_up: 'step_up.failed',
  password_change: 'step_up.failed',
  confirmation: 'step_up.failed',
};

/**
 * What every wrong password and every wrong code leads to, wherever it was given: it counts towards the lock of the account,
 * stands in the audit trail, and the owner hears of a lock. For what nobody is known by the same statements are made, so
 * that neither the answer nor its time tells whether there is an account.
 * @returns until when it was locked before: then this attempt was not looked at and is not counted
 */
export async function countFailure(
  deps: FailureDeps,
  tx: Transaction,
  who: Suspect,
  failedWith: FailedWith,
): Promise<Date | null> {
  const now = deps.clock.now();
  const counters = countersOf(deps, tx, who, now);
  const before = await counters.lock();
  const already = lockedUntil(before, now);
  if (already) return already;
  const next = afterFailure(before, now);
  await counters.save(next);
  const until = lockedUntil(next, now);
  deps.audit.record(tx, {
    actor: who.actor ?? null,
    action: until ? 'user.locked' : actions[failedWith],
    category: 'authentication',
    severity: until ? 'high' : 'medium',
    resourceType: 'user',
    ...(who.userId === null ? {} : { resourceId: who.userId }),
    organizationId: await primaryOrganization(tx.em, who.userId),
    metadata: { method: failedWith, ...(until ? { until: until.toISOString() } : {}) },
  });
  if (!until) return null;
  const moment = await momentForUser(tx.em, who.userId, until);
  const notice = accountLocked(deps, moment, { passwordKnown: failedWith === 'second_factor' });
  if (!(await tellAccount(deps, tx, who.userId, notice))) await deps.mailer.nothing(tx);
  return null;
}

interface Counters {
  lock(): Promise<Lockout>;
  save(next: Lockout): Promise<void>;
}

function countersOf({ secrets }: FailureDeps, { em }: Transaction, who: Suspect, now: Date): Counters {
  if (who.userId !== null) {
    const { userId } = who;
    return { lock: () => lockLockout(em, userId), save: (next) => saveLockout(em, userId, next) };
  }
  const key = phantomKeyOf(secrets, who.typed);
  return { lock: () => lockPhantom(em, key, now), save: (next) => savePhantom(em, key, next) };
}
