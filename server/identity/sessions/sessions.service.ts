import type { Actor, UserActor } from '../../kernel/actor.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import type { IdentityDeps } from '../deps.ts';
import { unusable } from '../accounts/account.ts';
import type { Unusable } from '../accounts/account.ts';
import { newDevice, tokenReused } from '../accounts/messages.ts';
import { tellAccount } from '../accounts/notices.ts';
import { momentForUser } from '../accounts/reader.ts';
import { AuthSession } from './auth-session.entity.ts';
import type { RevokeReason } from './auth-session.entity.ts';
import { describeDevice, deviceOf, sameKind } from './device.ts';
import type { Device } from './device.ts';
import {
  dropHalfDone,
  knownDevices,
  lifeOf,
  longestLifeOf,
  openSessionIds,
  policyOf,
  primaryOrganization,
} from './sessions.repository.ts';
import { sessionStanding } from '../sign-in/credentials.repository.ts';
import { endedCode } from './ending.ts';
import type { EndedCode } from './ending.ts';
import { hashRefreshSecret, newRefreshSecret } from './refresh-secret.ts';
import { RefreshToken } from './refresh-token.entity.ts';
import { judge } from './rotation.ts';
import { User } from '../accounts/user.entity.ts';

/** Where a sign-in comes from. */
export interface Client {
  address: string | null;
  userAgent: string | null;
}

/** A sign-in that stands, with the refresh token to hand out. */
export interface OpenSession {
  sessionId: string;
  userId: string;
  tokenVersion: number;
  /** The organization that the sign-in works in; null: the primary one. */
  organizationId: string | null;
  refreshSecret: string;
  expiresAt: Date;
}

/** How a sign-in is opened. */
export interface OpenOptions {
  /** `auth.remember_ttl_days` instead of `auth.refresh_ttl_days`. */
  rememberMe?: boolean;
  /** Whether two factors were shown. */
  mfa?: boolean;
  /** For the audit trail: the ways in which it was proven who it is. */
  methods?: readonly string[];
}

/** The notice that every node hears when a sign-in has ended. */
export const revokedTopic = 'session.revoked';
export interface RevokedNotice {
  authSessionId: string;
  userId: string;
  code: EndedCode;
}

// An outcome is returned, not thrown, where the transaction must be committed all the same.
type Refreshed = OpenSession | { refused: 'unauthenticated' | EndedCode } | Unusable;

export type SessionDeps = Pick<
  IdentityDeps,
  'db' | 'outbox' | 'notices' | 'audit' | 'clock' | 'ids' | 'mailer' | 'publicUrl'
>;

const longestUserAgent = 512;

/** Sign-ins after the proof of who it is: opening, going on, ending. */
export class SessionService {
  readonly #deps: SessionDeps;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
  }

  /**
   * Opens a sign-in in the caller's transaction. Where an organization of the person wants one sign-in at a time, it ends
   * the others. The owner hears of a kind of device that is new to the account.
   */
  async open(
    tx: Transaction,
    userId: string,
    client: Client,
    options: OpenOptions = {},
  ): Promise<Pick<OpenSession, 'sessionId' | 'organizationId' | 'refreshSecret' | 'expiresAt'>> {
    const { clock, ids, audit } = this.#deps;
    const { rememberMe = false, mfa = false, methods = [] } = options;
    const now = clock.now();
    const sessionId = ids.uuid();
    // Two sign-ins at once take turns: with one allowed, the second ends the first.
    await tx.em.execute('select 1 from users where id = ? for no key update', [userId]);
    const isExclusive = (await policyOf(tx.em, userId)) === 'single';
    if (isExclusive)
      for (const id of await openSessionIds(tx.em, userId)) await this.revoke(tx, id, 'superseded', null);
    const device = deviceOf(client.userAgent);
    await this.#tellOfDevice(tx, userId, device, now);
    const session = tx.em.create(AuthSession, {
      id: sessionId,
      user: tx.em.getReference(User, userId),
      isExclusive,
      rememberMe,
      ipAddress: client.address,
      userAgent: client.userAgent?.slice(0, longestUserAgent) ?? null,
      ...device,
      data: { provenAt: now.toISOString() },
      mfaVerifiedAt: mfa ? now : null,
      lastActivityAt: now,
      createdAt: now,
      expiresAt: await this.#endOf(tx, userId, rememberMe, now, now),
    });
    tx.em.persist(session);
    const { refreshSecret } = this.#issue(tx, session);
    await tx.em.flush();
    audit.record(tx, {
      actor: null,
      action: 'session.opened',
      category: 'authentication',
      severity: 'low',
      resourceType: 'auth_session',
      resourceId: sessionId,
      organizationId: await primaryOrganization(tx.em, userId),
      metadata: { userId, methods, rememberMe, mfa },
    });
    return { sessionId, organizationId: null, refreshSecret, expiresAt: session.expiresAt };
  }

  /**
   * Takes a refresh token and gives its successor.
   * @throws AppError unauthenticated, session_revoked, session_superseded, account_inactive, account_suspended
   */
  async refresh(secret: string): Promise<OpenSession> {
    const hash = hashRefreshSecret(secret);
    const outcome = await this.#deps.db.transaction((tx) => this.#refresh(tx, hash));
    if ('refused' in outcome)
      throw new AppError(outcome.refused, 'data' in outcome ? outcome.data : undefined);
    return outcome;
  }

  /** Ends the sign-in that a refresh token belongs to; a token that nobody knows ends nothing. */
  async signOut(secret: string): Promise<void> {
    const tokenHash = hashRefreshSecret(secret);
    await this.#deps.db.transaction(async (tx) => {
      const token = await tx.em.findOne(RefreshToken, { tokenHash });
      if (token) await this.revoke(tx, token.session.id, 'logout', null);
    });
  }

  /**
   * Ends a sign-in; every node hears of it at the commit and hangs up its sockets. What has ended already stays as it is.
   * @returns whether it stood until now
   */
  async revoke(
    tx: Transaction,
    sessionId: string,
    reason: RevokeReason,
    by: UserActor | null,
  ): Promise<boolean> {
    const { clock, notices, outbox, audit } = this.#deps;
    const now = clock.now();
    const [ended] = await tx.em.execute<{ user_id: string }[]>(
      `update auth_sessions set revoked_at = ?, revoke_reason = ?, revoked_by = ?, updated_at = ?
       where id = ? and revoked_at is null returning user_id`,
      [now, reason, by?.userId ?? null, now, sessionId],
    );
    if (!ended) return false;
    const userId = ended.user_id;
    const notice: RevokedNotice = { authSessionId: sessionId, userId, code: endedCode(reason) };
    await notices.send(tx, revokedTopic, notice);
    await outbox.add(tx, {
      type: 'identity.session.revoked',
      aggregateType: 'auth_session',
      aggregateId: sessionId,
      payload: { authSessionId: sessionId, userId },
    });
    // Time running out is nobody's deed.
    if (reason === 'expired') return true;
    const actor: Actor | null = by;
    audit.record(tx, {
      actor,
      action: 'session.ended',
      category: reason === 'token_reuse' ? 'security' : 'authentication',
      severity: reason === 'token_reuse' ? 'high' : 'low',
      resourceType: 'auth_session',
      resourceId: sessionId,
      organizationId: by?.organizationId ?? (await primaryOrganization(tx.em, userId)),
      metadata: { userId, reason },
    });
    return true;
  }

  /**
   * Ends all sign-ins of a person, and those that wait for their second factor: what had been shown for them does not count
   * any more.
   * @param options.except the sign-in that goes on
   * @returns how many stood until now
   */
  async endAll(
    tx: Transaction,
    userId: string,
    reason: RevokeReason,
    by: UserActor | null,
    { except = null }: { except?: string | null } = {},
  ): Promise<number> {
    await dropHalfDone(tx.em, userId);
    let ended = 0;
    for (const id of await openSessionIds(tx.em, userId))
      if (id !== except) ended += Number(await this.revoke(tx, id, reason, by));
    return ended;
  }

  /** Not of the first device: whoever registers knows where they are. */
  async #tellOfDevice(tx: Transaction, userId: string, device: Device, now: Date): Promise<void> {
    const known = await knownDevices(tx.em, userId);
    const name = describeDevice(device);
    if (name === null || known.length === 0 || known.some((one) => sameKind(one, device))) return;
    const at = await momentForUser(tx.em, userId, now);
    await tellAccount(this.#deps, tx, userId, newDevice(this.#deps, name, at));
  }

  async #endOf(
    tx: Transaction,
    userId: string,
    rememberMe: boolean,
    signedInAt: Date,
    now: Date,
  ): Promise<Date> {
    const sliding = now.getTime() + (await lifeOf(tx.em, userId, rememberMe));
    return new Date(Math.min(sliding, signedInAt.getTime() + (await longestLifeOf(tx.em, userId))));
  }

  async #refresh(tx: Transaction, tokenHash: Buffer): Promise<Refreshed> {
    const found = await tx.em.findOne(RefreshToken, { tokenHash });
    if (!found) return { refused: 'unauthenticated' };
    const sessionId = found.session.id;
    const now = this.#deps.clock.now();
    // Everybody who shows a token of this sign-in takes a turn here; what was read before the turn may be old.
    const standing = await sessionStanding(tx.em, sessionId, now, { lock: true });
    if (!standing) return { refused: 'session_revoked' };
    if (standing.revokedAt || standing.expiresAt <= now) return { refused: endedCode(standing.revokeReason) };
    const why = unusable(standing.account, now);
    if (why) return why;
    const token = await tx.em.findOneOrFail(RefreshToken, { tokenHash }, { refresh: true });
    const successor = token.replacedById
      ? await tx.em.findOne(RefreshToken, { id: token.replacedById })
      : null;

    const verdict = judge(standingOf(token), successor && standingOf(successor), now);
    if (verdict === 'expired') return { refused: 'unauthenticated' };
    if (verdict === 'reuse') {
      if (await this.revoke(tx, sessionId, 'token_reuse', null))
        await tellAccount(this.#deps, tx, standing.userId, tokenReused(this.#deps));
      return { refused: 'session_revoked' };
    }
    if (successor) successor.revokedAt = now;
    const { userId, tokenVersion, organizationId, rememberMe, signedInAt } = standing;
    const expiresAt = await this.#endOf(tx, userId, rememberMe, signedInAt, now);
    // Its longest time is over, or was made shorter since.
    if (expiresAt <= now) {
      await this.revoke(tx, sessionId, 'expired', null);
      return { refused: 'session_revoked' };
    }
    const refreshSecret = await this.#succeed(tx, token, now, expiresAt);
    return { sessionId, userId, tokenVersion, organizationId, refreshSecret, expiresAt };
  }

  /** Ends `token` and puts a new one in its place. In steps: the one live token of a session is a unique key. */
  async #succeed(tx: Transaction, token: RefreshToken, now: Date, expiresAt: Date): Promise<string> {
    const session = await tx.em.findOneOrFail(AuthSession, { id: token.session.id });
    token.usedAt ??= now;
    session.lastActivityAt = now;
    session.expiresAt = expiresAt;
    await tx.em.flush();
    const { token: next, refreshSecret } = this.#issue(tx, session);
    await tx.em.flush();
    token.replacedById = next.id;
    await tx.em.flush();
    return refreshSecret;
  }

  #issue(tx: Transaction, session: AuthSession): { token: RefreshToken; refreshSecret: string } {
    const { secret, hash } = newRefreshSecret();
    const token = tx.em.create(RefreshToken, {
      id: this.#deps.ids.uuid(),
      session,
      tokenHash: hash,
      expiresAt: session.expiresAt,
      createdAt: this.#deps.clock.now(),
    });
    tx.em.persist(token);
    return { token, refreshSecret: secret };
  }
}

const standingOf = (token: RefreshToken) => ({
  usedAt: token.usedAt ?? null,
  revokedAt: token.revokedAt ?? null,
  expiresAt: token.expiresAt,
});
