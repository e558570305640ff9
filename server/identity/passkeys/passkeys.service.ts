import { generateAuthenticationOptions, generateRegistrationOptions } from '@simplewebauthn/server';
import { z } from 'zod';
import { maxPasskeys, passkeyChallengeMs } from '../../../shared/identity/passkeys.ts';
import type {
  AuthenticationResponse,
  PasskeyView,
  RegistrationResponse,
} from '../../../shared/identity/passkeys.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { unusable } from '../accounts/account.ts';
import type { Unusable } from '../accounts/account.ts';
import type { AreaDeps } from '../deps.ts';
import { countMethods, lockMethods } from '../oidc/methods.repository.ts';
import type { Client, OpenSession } from '../sessions/sessions.service.ts';
import { completeSignIn } from '../sign-in/complete.ts';
import type { MfaRequired } from '../sign-in/complete.ts';
import { assertSteppedUp } from '../sign-in/step-up.ts';
import { algorithms, verifyAuthentication, verifyRegistration } from './ceremony.ts';
import { keepChallenge, useUpChallenge } from './challenges.ts';
import type { ChallengePurpose } from './challenges.ts';
import { presentPasskey } from './passkey.presenter.ts';
import {
  credentialIdsOf,
  deletePasskey,
  insertPasskey,
  lockCredential,
  notePasskeyUse,
  passkeysOf,
  renamePasskey,
} from './passkeys.repository.ts';
import type { Site } from './site.ts';
import { tellOwner } from './tell-owner.ts';
import { isHandleOf, userHandleOf } from './user-handle.ts';

const relyingParty = 'Lectern';

/** `auth_challenges.data` of both purposes. A challenge is no secret: the browser shows it to every script of the page. */
const challengeData = z.object({ challenge: z.string(), origin: z.string(), rpId: z.string() });
type ChallengeData = z.infer<typeof challengeData>;

interface Begun {
  challengeId: string;
  expiresAt: string;
  options: { challenge: string };
}

/** Passkeys: making them, looking after them, signing in with them. */
export class PasskeyService {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  async list(actor: UserActor): Promise<{ items: PasskeyView[]; nextCursor: null }> {
    const passkeys = await passkeysOf(this.#deps.db.em(), actor.userId);
    return { items: passkeys.map(presentPasskey), nextCursor: null };
  }

  /**
   * Options for `navigator.credentials.create`. Whoever finds an open browser must not make themselves a key to it.
   * @throws AppError step_up_required, passkey_limit
   */
  async beginRegistration(actor: UserActor, site: Site): Promise<Begun> {
    const em = this.#deps.db.em();
    await assertSteppedUp(em, actor, this.#deps.clock.now());
    const known = await credentialIdsOf(em, actor.userId);
    if (known.length >= maxPasskeys) throw new AppError('passkey_limit');
    const [account] = await em.execute<{ name: string }[]>(
      'select coalesce(email, code) as name from users where id = ?',
      [actor.userId],
    );
    const options = await generateRegistrationOptions({
      rpName: relyingParty,
      rpID: site.rpId,
      userID: userHandleOf(actor.userId),
      userName: account?.name ?? actor.displayName,
      userDisplayName: actor.displayName,
      timeout: passkeyChallengeMs,
      // Which make of authenticator it is, is nobody's business here.
      attestationType: 'none',
      supportedAlgorithmIDs: algorithms,
      excludeCredentials: known,
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    return this.#begin('passkey_registration', actor.userId, options, site);
  }

  /**
   * @throws AppError proof_invalid, proof_expired, already_used (the challenge), passkey_invalid, passkey_limit,
   *   already_exists
   */
  async register(
    actor: UserActor,
    input: { challengeId: string; name: string; response: RegistrationResponse },
  ): Promise<PasskeyView> {
    const expected = await this.#useUp('passkey_registration', input.challengeId, actor.userId);
    const made = await verifyRegistration(input.response, expected);
    if (!made) throw new AppError('passkey_invalid');
    const { db, clock, ids, audit } = this.#deps;
    return db.transaction(async (tx) => {
      await lockMethods(tx.em, actor.userId);
      const known = await passkeysOf(tx.em, actor.userId);
      if (known.length >= maxPasskeys) throw new AppError('passkey_limit');
      const record = await insertPasskey(tx.em, {
        ...made,
        id: ids.uuid(),
        userId: actor.userId,
        transports: input.response.response.transports ?? [],
        name: input.name,
        createdAt: clock.now(),
      });
      if (!record) throw new AppError('already_exists', { field: 'response' });
      audit.record(tx, {
        ...changeOf(actor, record.id),
        action: 'passkey.added',
        new: { name: record.name, deviceType: made.deviceType },
      });
      await tellOwner(this.#deps, tx, actor.userId, {
        subject: 'A passkey was added to your account',
        sentence: `The passkey “${record.name}” can now be used to sign in to your account.`,
      });
      return presentPasskey(record);
    });
  }

  /** @throws AppError not_found */
  async rename(actor: UserActor, passkeyId: string, name: string): Promise<PasskeyView> {
    const { db, clock, audit } = this.#deps;
    return db.transaction(async (tx) => {
      const renamed = await renamePasskey(tx.em, { id: passkeyId, userId: actor.userId, name }, clock.now());
      if (!renamed) throw new AppError('not_found');
      if (renamed.before !== name)
        audit.record(tx, {
          ...changeOf(actor, passkeyId),
          action: 'passkey.renamed',
          old: { name: renamed.before },
          new: { name },
        });
      return presentPasskey(renamed.record);
    });
  }

  /** @throws AppError step_up_required, not_found, last_sign_in_method */
  async remove(actor: UserActor, passkeyId: string): Promise<null> {
    const { db, clock, audit } = this.#deps;
    return db.transaction(async (tx) => {
      await assertSteppedUp(tx.em, actor, clock.now());
      await lockMethods(tx.em, actor.userId);
      const name = await deletePasskey(tx.em, { id: passkeyId, userId: actor.userId });
      if (name === null) throw new AppError('not_found');
      if ((await countMethods(this.#deps, tx.em, actor.userId)) === 0)
        throw new AppError('last_sign_in_method');
      audit.record(tx, { ...changeOf(actor, passkeyId), action: 'passkey.removed', old: { name } });
      await tellOwner(this.#deps, tx, actor.userId, {
        subject: 'A passkey was removed from your account',
        sentence: `The passkey “${name}” can no longer be used to sign in to your account.`,
      });
      return null;
    });
  }

  /** Options for `navigator.credentials.get`; they name nobody, the authenticator finds the account. */
  async beginSignIn(site: Site): Promise<Begun> {
    const options = await generateAuthenticationOptions({
      rpID: site.rpId,
      timeout: passkeyChallengeMs,
      userVerification: 'required',
    });
    return this.#begin('passkey_sign_in', null, options, site);
  }

  /**
   * @throws AppError proof_invalid, proof_expired, already_used (the challenge), passkey_invalid (unknown, removed, a wrong
   *   answer, a counter that went back), account_inactive, account_suspended
   */
  async signIn(
    input: { challengeId: string; response: AuthenticationResponse; rememberMe: boolean },
    client: Client,
  ): Promise<OpenSession | MfaRequired> {
    const expected = await this.#useUp('passkey_sign_in', input.challengeId, null);
    const outcome = await this.#deps.db.transaction((tx) => this.#judge(tx, input, expected, client));
    if ('refused' in outcome)
      throw new AppError(outcome.refused, 'data' in outcome ? outcome.data : undefined);
    return outcome;
  }

  // Refusals are returned, not thrown: that a known passkey was refused stays in the audit trail.
  async #judge(
    tx: Transaction,
    input: { response: AuthenticationResponse; rememberMe: boolean },
    expected: ChallengeData,
    client: Client,
  ): Promise<OpenSession | MfaRequired | Unusable | { refused: 'passkey_invalid' }> {
    const now = this.#deps.clock.now();
    const passkey = await lockCredential(tx.em, Buffer.from(input.response.id, 'base64url'));
    if (!passkey) return { refused: 'passkey_invalid' };
    const { userHandle } = input.response.response;
    const mine = typeof userHandle === 'string' && isHandleOf(userHandle, passkey.userId);
    const verified = mine ? await verifyAuthentication(input.response, expected, passkey) : null;
    const why = verified ? unusable(passkey.account, now) : ({ refused: 'passkey_invalid' } as const);
    if (!verified || why) {
      this.#deps.audit.record(tx, {
        actor: null,
        action: 'passkey.refused',
        category: 'authentication',
        severity: 'medium',
        resourceType: 'passkey',
        resourceId: passkey.id,
        metadata: { userId: passkey.userId, reason: why?.refused },
      });
      return why ?? { refused: 'passkey_invalid' };
    }
    await notePasskeyUse(tx.em, { id: passkey.id, ...verified }, now);
    const { userId, tokenVersion } = passkey;
    const proven = { userId, tokenVersion, method: 'passkey' as const, rememberMe: input.rememberMe };
    return completeSignIn(this.#deps, tx, proven, client);
  }

  async #begin(
    purpose: ChallengePurpose,
    userId: string | null,
    options: { challenge: string },
    { origin, rpId }: Site,
  ): Promise<Begun> {
    const { db, clock, ids } = this.#deps;
    const challengeId = ids.uuid();
    const expiresAt = new Date(clock.now().getTime() + passkeyChallengeMs);
    const data: ChallengeData = { challenge: options.challenge, origin, rpId };
    await keepChallenge(db.em(), { id: challengeId, purpose, userId, data, expiresAt });
    return { challengeId, expiresAt: expiresAt.toISOString(), options };
  }

  async #useUp(purpose: ChallengePurpose, id: string, userId: string | null): Promise<ChallengeData> {
    const now = this.#deps.clock.now();
    const found = await useUpChallenge(this.#deps.db.em(), { id, purpose, userId }, now);
    if ('refused' in found) throw new AppError(found.refused);
    return challengeData.parse(found.data);
  }
}

const changeOf = (actor: UserActor, passkeyId: string) =>
  ({ actor, category: 'security', resourceType: 'passkey', resourceId: passkeyId }) as const;
