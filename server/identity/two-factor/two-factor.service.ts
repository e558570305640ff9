import { secondFactorAttempts } from '../../../shared/identity/two-factor.ts';
import type { TwoFactorView } from '../../../shared/identity/two-factor.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { unusable } from '../accounts/account.ts';
import type { Unusable } from '../accounts/account.ts';
import type { AreaDeps } from '../deps.ts';
import { tellOwner } from '../passkeys/tell-owner.ts';
import type { Client, OpenSession } from '../sessions/sessions.service.ts';
import { noteSignIn, personProof, requiresSecondFactor } from '../sign-in/credentials.repository.ts';
import type { PersonProof } from '../sign-in/credentials.repository.ts';
import { countFailure } from '../sign-in/failures.ts';
import type { FailedWith } from '../sign-in/failures.ts';
import { lockedUntil } from '../sign-in/lockout.ts';
import { passwordMatches } from '../sign-in/password.ts';
import { assertSteppedUp, noteProof, stepUpMethods, steppedUpUntil } from '../sign-in/step-up.ts';
import {
  newRecoveryCodes,
  newTotpSecret,
  recoveryCodeHash,
  secretAbout,
  takeCode,
  totpAddress,
  totpStep,
} from './codes.ts';
import {
  disable,
  enable,
  keepSecret,
  mfaChallenge,
  noteChallengeAttempt,
  ownerOfMfaChallenge,
  replaceRecoveryCodes,
  secondFactorOf,
  useUpMfaChallenge,
} from './two-factor.repository.ts';
import type { MfaChallenge, SecondFactor } from './two-factor.repository.ts';

// Refusals are returned, not thrown, where the failed attempt must be committed.
interface Refused {
  refused:
    | 'proof_invalid'
    | 'proof_expired'
    | 'already_used'
    | 'too_many_attempts'
    | 'wrong_code'
    | 'invalid_credentials'
    | 'account_locked'
    | 'step_up_required'
    | Unusable['refused'];
  data?: Record<string, unknown>;
}

type Proof = { password: string } | { code: string };

/** The second factor: setting it up, answering with it, proving with it. */
export class TwoFactorService {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  async get(actor: UserActor): Promise<TwoFactorView> {
    const em = this.#deps.db.em();
    const factor = await secondFactorOf(em, actor.userId);
    if (!factor) throw new AppError('not_found');
    return {
      enabled: factor.enabled,
      confirmedAt: factor.confirmedAt?.toISOString() ?? null,
      recoveryCodesLeft: factor.recoveryCodesLeft,
      required: await requiresSecondFactor(em, actor.authSessionId, this.#deps.clock.now()),
    };
  }

  /**
   * A new secret for an authenticator app; it replaces one that was not confirmed.
   * @throws AppError step_up_required, conflict (there is a second factor)
   */
  async begin(actor: UserActor): Promise<{ secret: string; address: string }> {
    const { db, clock, secrets } = this.#deps;
    return db.transaction(async (tx) => {
      await assertSteppedUp(tx.em, actor, clock.now());
      const factor = await secondFactorOf(tx.em, actor.userId, { lock: true });
      if (!factor || factor.enabled) throw new AppError('conflict');
      const secret = newTotpSecret();
      await keepSecret(tx.em, actor.userId, secrets.seal(secretAbout(actor.userId), secret));
      const [account] = await tx.em.execute<{ label: string }[]>(
        'select coalesce(email, code) as label from users where id = ?',
        [actor.userId],
      );
      return { secret, address: totpAddress(account?.label ?? actor.displayName, secret) };
    });
  }

  /**
   * Turns the second factor on.
   * @throws AppError step_up_required, conflict (not begun, or on already), proof_invalid
   */
  async confirm(actor: UserActor, code: string): Promise<{ recoveryCodes: string[] }> {
    const { db, clock, secrets } = this.#deps;
    return db.transaction(async (tx) => {
      const now = clock.now();
      await assertSteppedUp(tx.em, actor, now);
      const factor = await secondFactorOf(tx.em, actor.userId, { lock: true });
      if (!factor?.secret || factor.enabled) throw new AppError('conflict');
      const secret = secrets.open(secretAbout(actor.userId), factor.secret).toString();
      const digits = code.replaceAll(/[\s-]/g, '');
      const step = /^\d{6}$/.test(digits) ? await totpStep(secret, digits, factor.lastStep, now) : null;
      if (step === null) throw new AppError('proof_invalid');
      await enable(tx.em, actor.userId, step, now);
      const recoveryCodes = await this.#renewCodes(tx, actor.userId);
      await noteProof(tx.em, actor.authSessionId, now, { mfa: true });
      this.#audit(tx, actor, 'two_factor.enabled');
      await tellOwner(this.#deps, tx, actor.userId, {
        subject: 'Two-factor sign-in is on',
        sentence: 'From now on, signing in to your account asks for a code of your authenticator app.',
      });
      return { recoveryCodes };
    });
  }

  /** @throws AppError step_up_required, conflict (there is none), proof_invalid, account_locked */
  async disable(actor: UserActor, code: string): Promise<null> {
    await this.#refusable(async (tx, now) => {
      await assertSteppedUp(tx.em, actor, now);
      const factor = await secondFactorOf(tx.em, actor.userId, { lock: true });
      if (!factor?.enabled) throw new AppError('conflict');
      const by = { failedWith: 'step_up', actor } as const;
      const refused = await this.#judgeCode(tx, actor.userId, factor, code, now, by);
      if (refused) return refused.refused === 'wrong_code' ? { refused: 'proof_invalid' } : refused;
      await disable(tx.em, actor.userId);
      this.#audit(tx, actor, 'two_factor.disabled', 'high');
      await tellOwner(this.#deps, tx, actor.userId, {
        subject: 'Two-factor sign-in is off',
        sentence: 'Signing in to your account no longer asks for a code of your authenticator app.',
      });
      return null;
    });
    return null;
  }

  /** @throws AppError step_up_required, conflict (there is no second factor) */
  async renewRecoveryCodes(actor: UserActor): Promise<{ recoveryCodes: string[] }> {
    const { db, clock } = this.#deps;
    return db.transaction(async (tx) => {
      await assertSteppedUp(tx.em, actor, clock.now());
      const factor = await secondFactorOf(tx.em, actor.userId, { lock: true });
      if (!factor?.enabled) throw new AppError('conflict');
      const recoveryCodes = await this.#renewCodes(tx, actor.userId);
      this.#audit(tx, actor, 'two_factor.recovery_codes_renewed');
      await tellOwner(this.#deps, tx, actor.userId, {
        subject: 'You have new recovery codes',
        sentence: 'New recovery codes were made for your account. The old ones are no longer valid.',
      });
      return { recoveryCodes };
    });
  }

  /**
   * Finishes a sign-in that waits for its second factor. A wrong code counts towards the lock of the account, as a wrong
   * password does.
   * @throws AppError proof_invalid, proof_expired, already_used, too_many_attempts (the challenge), wrong_code,
   *   account_locked, account_inactive, account_suspended
   */
  async answer(input: { challengeId: string; code: string }, client: Client): Promise<OpenSession> {
    return this.#refusable(async (tx, now) => {
      // The account first, then the challenge: in the order in which whoever ends sign-ins takes them.
      const owner = await ownerOfMfaChallenge(tx.em, input.challengeId);
      const factor = owner === null ? null : await secondFactorOf(tx.em, owner, { lock: true });
      const challenge = await mfaChallenge(tx.em, input.challengeId);
      const invalid = judgeChallenge(challenge, now);
      if (invalid || !challenge) return { refused: invalid ?? 'proof_invalid' };
      const { userId, data } = challenge;
      const person = await personProof(tx.em, userId);
      // The factor was taken away meanwhile: what was asked for is not there. A changed password has ended the challenge.
      if (!factor?.enabled || !person) return { refused: 'proof_invalid' };
      const why = unusable(person.account, now);
      if (why) return why;
      const by = { failedWith: 'second_factor' } as const;
      const refused = await this.#judgeCode(tx, userId, factor, input.code, now, by);
      if (refused?.refused === 'account_locked') return refused;
      if (refused) {
        await noteChallengeAttempt(tx.em, input.challengeId);
        const attemptsLeft = secondFactorAttempts - challenge.attempts - 1;
        return attemptsLeft > 0
          ? { refused: 'wrong_code', data: { attemptsLeft } }
          : { refused: 'too_many_attempts' };
      }
      await useUpMfaChallenge(tx.em, input.challengeId, now);
      await noteSignIn(tx.em, userId, now);
      const options = { rememberMe: data.rememberMe, mfa: true, methods: [data.method, 'second_factor'] };
      const opened = await this.#deps.sessions.open(tx, userId, client, options);
      return { ...opened, userId, tokenVersion: person.tokenVersion };
    });
  }

  /**
   * Proves again who somebody is: with the second factor, where there is one. The password alone would make a stolen
   * session and a known password a way to new recovery codes.
   * @returns until when that counts
   * @throws AppError invalid_credentials, account_locked, step_up_required (not with the password)
   */
  async stepUp(actor: UserActor, proof: Proof): Promise<{ until: string }> {
    const before = await personProof(this.#deps.db.em(), actor.userId);
    // Hashing takes long: not while a row is locked, and not for an account that is locked anyway.
    const locked = before && lockedUntil(before.lockout, this.#deps.clock.now());
    const right =
      'password' in proof && !locked
        ? await passwordMatches(before?.passwordHash ?? null, proof.password)
        : false;
    return this.#refusable(async (tx, now) => {
      const factor = await secondFactorOf(tx.em, actor.userId, { lock: true });
      const person = await personProof(tx.em, actor.userId);
      if (!factor || !person) return { refused: 'invalid_credentials' };
      if ('password' in proof && factor.enabled) {
        const methods = stepUpMethods({ hasPassword: person.passwordHash !== null, ...factor });
        return { refused: 'step_up_required', data: { methods } };
      }
      const refused =
        'code' in proof
          ? await this.#judgeCode(tx, actor.userId, factor, proof.code, now, { failedWith: 'step_up', actor })
          : await this.#judgePassword(
              tx,
              actor,
              person,
              right && person.passwordHash === before?.passwordHash,
            );
      if (refused) return refused.refused === 'wrong_code' ? { refused: 'invalid_credentials' } : refused;
      await noteProof(tx.em, actor.authSessionId, now, { mfa: 'code' in proof });
      return { until: steppedUpUntil(now).toISOString() };
    });
  }

  async #judgePassword(
    tx: Transaction,
    actor: UserActor,
    person: PersonProof,
    right: boolean,
  ): Promise<Refused | null> {
    const until = lockedUntil(person.lockout, this.#deps.clock.now());
    if (until) return locked(until);
    if (right) return null;
    await countFailure(this.#deps, tx, { userId: person.userId, actor }, 'step_up');
    return { refused: 'invalid_credentials' };
  }

  /** Judges a code under the account's lock; a wrong one counts as a wrong password does. */
  async #judgeCode(
    tx: Transaction,
    userId: string,
    factor: SecondFactor,
    code: string,
    now: Date,
    { failedWith, actor }: { failedWith: FailedWith; actor?: UserActor },
  ): Promise<Refused | null> {
    const person = await personProof(tx.em, userId);
    if (!person) return { refused: 'proof_invalid' };
    const until = lockedUntil(person.lockout, now);
    if (until) return locked(until);
    const kind = await takeCode(this.#deps, tx, userId, factor, code, now);
    if (kind === null) {
      await countFailure(this.#deps, tx, { userId, actor }, failedWith);
      return { refused: 'wrong_code' };
    }
    if (kind === 'recovery_code') {
      const left = factor.recoveryCodesLeft - 1;
      this.#deps.audit.record(tx, {
        actor: actor ?? null,
        action: 'two_factor.recovery_code_used',
        category: 'security',
        resourceType: 'user',
        resourceId: userId,
        organizationId: person.organizationId,
        metadata: { left },
      });
      await tellOwner(this.#deps, tx, userId, {
        subject: 'A recovery code was used',
        sentence: `A recovery code of your account was used. ${left} of them are left.`,
      });
    }
    return null;
  }

  async #refusable<T>(
    work: (tx: Transaction, now: Date) => Promise<T | Refused>,
  ): Promise<Exclude<T, Refused>> {
    const { db, clock } = this.#deps;
    const outcome = await db.transaction((tx) => work(tx, clock.now()));
    if (isRefused(outcome)) throw new AppError(outcome.refused, outcome.data);
    return outcome as Exclude<T, Refused>;
  }

  async #renewCodes(tx: Transaction, userId: string): Promise<string[]> {
    const codes = newRecoveryCodes();
    const hashes = codes.map((code) => recoveryCodeHash(this.#deps.secrets, userId, code));
    await replaceRecoveryCodes(tx.em, userId, hashes);
    return codes;
  }

  #audit(tx: Transaction, actor: UserActor, action: string, severity: 'medium' | 'high' = 'medium'): void {
    this.#deps.audit.record(tx, {
      actor,
      action,
      severity,
      category: 'security',
      resourceType: 'user',
      resourceId: actor.userId,
    });
  }
}

const locked = (until: Date): Refused => ({
  refused: 'account_locked',
  data: { until: until.toISOString() },
});

const isRefused = (outcome: unknown): outcome is Refused =>
  typeof outcome === 'object' && outcome !== null && 'refused' in outcome;

function judgeChallenge(challenge: MfaChallenge | null, now: Date): Refused['refused'] | null {
  if (!challenge) return 'proof_invalid';
  if (challenge.usedAt !== null) return 'already_used';
  if (challenge.attempts >= secondFactorAttempts) return 'too_many_attempts';
  return challenge.expiresAt <= now ? 'proof_expired' : null;
}
