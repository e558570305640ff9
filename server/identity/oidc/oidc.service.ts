import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import { oidcRequestMs } from '../../../shared/identity/oidc.ts';
import type { OidcProviderView } from '../../../shared/identity/oidc.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { OidcProvider } from '../../kernel/config.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { hashSecret, newSecret } from '../../kernel/secrets.ts';
import { assertUsable } from '../accounts/account.ts';
import { createAccount } from '../accounts/create-account.ts';
import type { AreaDeps } from '../deps.ts';
import { challengeBySecret, keepChallenge, useUpChallenge } from '../passkeys/challenges.ts';
import { tellOwner } from '../passkeys/tell-owner.ts';
import { emailDomainsOf, isOfDomains } from '../organizations/email-domains.ts';
import type { Client, OpenSession } from '../sessions/sessions.service.ts';
import { setting } from '../settings.ts';
import { completeSignIn } from '../sign-in/complete.ts';
import type { MfaRequired } from '../sign-in/complete.ts';
import { sessionStanding } from '../sign-in/credentials.repository.ts';
import { assertSteppedUp } from '../sign-in/step-up.ts';
import { decideLinking } from './linking.ts';
import {
  accountByEmail,
  insertIdentity,
  lockIdentity,
  lockMethods,
  noteIdentityUse,
} from './methods.repository.ts';
import type { KnownIdentity } from './methods.repository.ts';
import { openRequest, sealRequest } from './pending.ts';
import type { PendingRequest } from './pending.ts';
import type { Profile } from './profile.ts';
import { providerName } from './providers.ts';
import type { Providers } from './providers.ts';

/** What a finished request has led to. */
export type Finished =
  | { kind: 'signed-in'; outcome: OpenSession | MfaRequired; next: string | null }
  | { kind: 'linked'; next: string | null };

type Account = Pick<KnownIdentity, 'userId' | 'tokenVersion' | 'account'>;

/** Signing in with OpenID Connect, and adding a provider to an account. */
export class OidcService {
  readonly #deps: AreaDeps;
  readonly #providers: Providers;

  constructor(deps: AreaDeps, providers: Providers) {
    this.#deps = deps;
    this.#providers = providers;
  }

  providers(): { items: OidcProviderView[]; nextCursor: null } {
    return { items: this.#providers.views(), nextCursor: null };
  }

  /**
   * Begins a sign-in.
   * @returns the address at the provider, and what the browser must bring back in its cookie
   * @throws AppError not_found, provider_failed
   */
  start(
    providerId: string,
    origin: string,
    input: { rememberMe: boolean; next: string | null },
  ): Promise<{ url: string; secret: string }> {
    return this.#begin(providerId, origin, { ...input, linkFor: null });
  }

  /** Begins to add a provider. @throws AppError step_up_required, not_found, provider_failed */
  async startLink(
    actor: UserActor,
    providerId: string,
    origin: string,
  ): Promise<{ url: string; secret: string }> {
    await assertSteppedUp(this.#deps.db.em(), actor, this.#deps.clock.now());
    const linkFor = { userId: actor.userId, authSessionId: actor.authSessionId };
    const next = '/account/ways-to-sign-in';
    return this.#begin(providerId, origin, { rememberMe: false, next, linkFor });
  }

  /** The address of the page that an answer by form is sent on to. @throws AppError not_found */
  pageFor(providerId: string, form: URLSearchParams): string {
    this.#providers.get(providerId);
    const kept = new URLSearchParams();
    for (const name of ['code', 'state', 'iss', 'error']) {
      const value = form.get(name);
      if (value !== null) kept.set(name, value);
    }
    return `/sign-in/oidc/${providerId}?${kept}`;
  }

  /**
   * Finishes what `start` or `startLink` began. The request is used up before the provider is asked, whatever comes of it.
   * @throws AppError not_found, proof_invalid, proof_expired, already_used (the request), provider_denied, provider_failed,
   *   identity_unverified, identity_in_use, registration_closed, account_inactive, account_suspended,
   *   session_revoked
   */
  async finish(
    providerId: string,
    query: URLSearchParams,
    secret: string | null,
    client: Client,
  ): Promise<Finished> {
    const provider = this.#providers.get(providerId);
    const pending = await this.#take(provider, query, secret);
    const error = query.get('error');
    if (error !== null) throw new AppError(isRefusal(error) ? 'provider_denied' : 'provider_failed');
    const callback = new URL(`${pending.redirectUri}?${query}`);
    const profile = await this.#providers.exchange(provider, callback, pending);
    return this.#deps.db.transaction(async (tx): Promise<Finished> => {
      const { next } = pending;
      if (pending.linkFor) {
        await this.#link(tx, provider, profile, pending.linkFor);
        return { kind: 'linked', next };
      }
      return { kind: 'signed-in', outcome: await this.#signIn(tx, provider, profile, pending, client), next };
    });
  }

  async #begin(
    providerId: string,
    origin: string,
    wanted: Pick<PendingRequest, 'rememberMe' | 'next' | 'linkFor'>,
  ): Promise<{ url: string; secret: string }> {
    const { db, clock, ids, secrets } = this.#deps;
    const provider = this.#providers.get(providerId);
    const page = `${origin}/sign-in/oidc/${providerId}`;
    const request: PendingRequest = {
      ...wanted,
      providerId,
      redirectUri: provider.type === 'apple' ? `${origin}/api/v1/auth/oidc/${providerId}/callback` : page,
      state: randomState(),
      nonce: randomNonce(),
      codeVerifier: randomPKCECodeVerifier(),
    };
    const url = await this.#providers.requestUrl(provider, request.redirectUri, request);
    const { secret, hash } = newSecret();
    const challengeId = ids.uuid();
    await keepChallenge(db.em(), {
      id: challengeId,
      purpose: 'oidc',
      userId: wanted.linkFor?.userId ?? null,
      secretHash: hash,
      data: sealRequest(secrets, challengeId, request),
      expiresAt: new Date(clock.now().getTime() + oidcRequestMs),
    });
    return { url, secret };
  }

  /** The browser's own request. An answer to another one (a link from a foreign page) is refused and costs it nothing. */
  async #take(
    provider: OidcProvider,
    query: URLSearchParams,
    secret: string | null,
  ): Promise<PendingRequest> {
    if (secret === null) throw new AppError('proof_invalid');
    const { db, clock, secrets } = this.#deps;
    const em = db.em();
    const now = clock.now();
    const found = await challengeBySecret(em, 'oidc', hashSecret(secret), now);
    if ('refused' in found) throw new AppError(found.refused);
    const pending = openRequest(secrets, found.id, found.data);
    if (pending.providerId !== provider.id || pending.state !== query.get('state'))
      throw new AppError('proof_invalid');
    const used = await useUpChallenge(em, { id: found.id, purpose: 'oidc', userId: found.userId }, now);
    if ('refused' in used) throw new AppError(used.refused);
    return pending;
  }

  async #signIn(
    tx: Transaction,
    provider: OidcProvider,
    profile: Profile,
    { rememberMe }: PendingRequest,
    client: Client,
  ): Promise<OpenSession | MfaRequired> {
    const now = this.#deps.clock.now();
    const known = await lockIdentity(tx.em, profile.issuer, profile.subject);
    const account: Account = known ?? (await this.#accountFor(tx, provider, profile));
    assertUsable(account.account, now);
    if (known) await noteIdentityUse(tx.em, { methodId: known.methodId, email: profile.email }, now);
    const { userId, tokenVersion } = account;
    return completeSignIn(this.#deps, tx, { userId, tokenVersion, method: 'oidc', rememberMe }, client);
  }

  /** The account of an identity that is new here: an existing one that it is joined to, or a new one. */
  async #accountFor(tx: Transaction, provider: OidcProvider, profile: Profile): Promise<Account> {
    const existing =
      profile.email !== null && profile.emailVerified ? await accountByEmail(tx.em, profile.email) : null;
    const home = await homeOf(tx);
    const registrationOpen = home !== null && (await setting(tx.em, home, 'auth.registration_open'));
    const decision = decideLinking({ profile, account: existing, registrationOpen });
    if (decision.kind === 'refuse') throw new AppError(decision.code);
    if (existing) {
      // Nothing is added to an account that may not be used.
      assertUsable(existing.account, this.#deps.clock.now());
      await this.#join(tx, provider, profile, { userId: existing.userId, by: null, used: true });
      await this.#tellAdded(tx, provider, existing.userId);
      return existing;
    }
    if (home === null) throw new AppError('registration_closed');
    const email = profile.emailVerified ? (profile.email ?? '') : '';
    if (!isOfDomains(email, await emailDomainsOf(tx.em, home))) throw new AppError('registration_closed');
    return this.#create(tx, provider, profile, home);
  }

  /** The provider has made sure who it is: the account can be used at once, and has no password. */
  async #create(
    tx: Transaction,
    provider: OidcProvider,
    profile: Profile,
    organizationId: string,
  ): Promise<Account> {
    const name = profile.displayName || providerName(provider);
    const user = await createAccount(this.#deps, tx, {
      email: profile.email,
      emailVerified: profile.emailVerified,
      displayName: name,
      ...(profile.firstName ? { firstName: profile.firstName, lastName: profile.lastName } : {}),
      password: null,
      role: 'student',
      organizationId,
      status: 'active',
    });
    this.#deps.audit.record(tx, {
      actor: null,
      action: 'user.registered',
      category: 'data_change',
      organizationId,
      resourceType: 'user',
      resourceId: user.id,
      new: { displayName: name, email: profile.email },
      metadata: { provider: provider.id },
    });
    await this.#join(tx, provider, profile, { userId: user.id, by: null, used: true });
    return {
      userId: user.id,
      tokenVersion: user.tokenVersion,
      account: { status: 'active', suspendedUntil: null, deletedAt: null },
    };
  }

  async #link(
    tx: Transaction,
    provider: OidcProvider,
    profile: Profile,
    { userId, authSessionId }: { userId: string; authSessionId: string },
  ): Promise<void> {
    const now = this.#deps.clock.now();
    // Minutes have passed at the provider: the sign-in that began this may be over.
    const standing = await sessionStanding(tx.em, authSessionId, now);
    const stands = standing && standing.userId === userId && !standing.revokedAt && standing.expiresAt > now;
    if (!stands) throw new AppError('session_revoked');
    assertUsable(standing.account, now);
    const known = await lockIdentity(tx.em, profile.issuer, profile.subject);
    await lockMethods(tx.em, userId);
    if (known && known.userId !== userId) throw new AppError('identity_in_use');
    // It is there already: what was wanted is so.
    if (known) return;
    const by: UserActor = {
      kind: 'user',
      userId,
      authSessionId,
      role: standing.role,
      displayName: standing.displayName,
      organizationId: standing.organizationId,
    };
    await this.#join(tx, provider, profile, { userId, by, used: false });
    await this.#tellAdded(tx, provider, userId);
  }

  async #join(
    tx: Transaction,
    provider: OidcProvider,
    profile: Profile,
    { userId, by, used }: { userId: string; by: UserActor | null; used: boolean },
  ): Promise<void> {
    const { ids, clock, audit } = this.#deps;
    const id = ids.uuid();
    await insertIdentity(tx.em, {
      id,
      userId,
      provider,
      issuer: profile.issuer,
      subject: profile.subject,
      email: profile.email,
      now: clock.now(),
      used,
    });
    audit.record(tx, {
      actor: by,
      action: 'sign_in_method.linked',
      category: 'security',
      resourceType: 'sign_in_method',
      resourceId: id,
      new: { provider: provider.id },
      metadata: { userId },
    });
  }

  #tellAdded(tx: Transaction, provider: OidcProvider, userId: string): Promise<void> {
    return tellOwner(this.#deps, tx, userId, {
      subject: `${providerName(provider)} was added to your account`,
      sentence: `${providerName(provider)} can now be used to sign in to your account.`,
    });
  }
}

/** The organization that people belong to who come by themselves: the first one; null where it is closed. */
async function homeOf(tx: Transaction): Promise<string | null> {
  const [row] = await tx.em.execute<{ id: string }[]>(
    `select id from organizations where slug = 'default' and status = 'active' and deleted_at is null`,
  );
  return row?.id ?? null;
}

/** Whether the person, and not the provider, said no. */
const isRefusal = (error: string): boolean =>
  ['access_denied', 'user_cancelled_authorize', 'user_cancelled_login'].includes(error);
