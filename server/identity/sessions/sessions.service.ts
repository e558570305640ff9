import type { UserActor } from '../../kernel/actor.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import type { IdentityDeps } from '../deps.ts';
import { isUsable } from '../accounts/account.ts';
import { AuthSession } from './auth-session.entity.ts';
import type { RevokeReason } from './auth-session.entity.ts';
import { sessionStanding } from '../sign-in/credentials.repository.ts';
import { hashRefreshSecret, newRefreshSecret } from './refresh-secret.ts';
import { RefreshToken } from './refresh-token.entity.ts';
import { judge, sessionMs } from './rotation.ts';
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
}

// An outcome is returned, not thrown, where the transaction must be committed all the same.
type Refreshed = OpenSession | { refused: 'unauthenticated' | 'session_revoked' | 'account_inactive' };

export type SessionDeps = Pick<IdentityDeps, 'db' | 'outbox' | 'notices' | 'audit' | 'clock' | 'ids'>;

const longestUserAgent = 512;

/** Sign-ins after the password: opening, going on, ending. */
export class SessionService {
  readonly #deps: SessionDeps;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
  }

  /** Opens a sign-in in the caller's transaction. */
  async open(
    tx: Transaction,
    userId: string,
    client: Client,
  ): Promise<{ sessionId: string; organizationId: string | null; refreshSecret: string }> {
    const { clock, ids } = this.#deps;
    const now = clock.now();
    const session = tx.em.create(AuthSession, {
      id: ids.uuid(),
      user: tx.em.getReference(User, userId),
      // auth.session_policy = multiple: one person, many devices.
      isExclusive: false,
      ipAddress: client.address,
      userAgent: client.userAgent?.slice(0, longestUserAgent) ?? null,
      lastActivityAt: now,
      expiresAt: new Date(now.getTime() + sessionMs),
    });
    tx.em.persist(session);
    const { refreshSecret } = this.#issue(tx, session);
    await tx.em.flush();
    return { sessionId: session.id, organizationId: null, refreshSecret };
  }

  /**
   * Takes a refresh token and gives its successor.
   * @throws AppError unauthenticated, session_revoked, account_inactive
   */
  async refresh(secret: string): Promise<OpenSession> {
    const hash = hashRefreshSecret(secret);
    const outcome = await this.#deps.db.transaction((tx) => this.#refresh(tx, hash));
    if ('refused' in outcome) throw new AppError(outcome.refused);
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

  /** Ends a sign-in and tells who holds its sockets; what has ended already stays as it is. */
  async revoke(
    tx: Transaction,
    sessionId: string,
    reason: RevokeReason,
    by: UserActor | null,
  ): Promise<void> {
    const now = this.#deps.clock.now();
    const [ended] = await tx.em.execute<{ user_id: string }[]>(
      `update auth_sessions set revoked_at = ?, revoke_reason = ?, revoked_by = ?, updated_at = ?
       where id = ? and revoked_at is null returning user_id`,
      [now, reason, by?.userId ?? null, now, sessionId],
    );
    if (!ended) return;
    await this.#deps.outbox.add(tx, {
      type: 'identity.session.revoked',
      aggregateType: 'auth_session',
      aggregateId: sessionId,
      payload: { authSessionId: sessionId, userId: ended.user_id },
    });
  }

  async #refresh(tx: Transaction, tokenHash: Buffer): Promise<Refreshed> {
    const found = await tx.em.findOne(RefreshToken, { tokenHash });
    if (!found) return { refused: 'unauthenticated' };
    const sessionId = found.session.id;
    const now = this.#deps.clock.now();
    // Everybody who shows a token of this sign-in takes a turn here; what was read before the turn may be old.
    const standing = await sessionStanding(tx.em, sessionId, { lock: true });
    if (!standing || standing.revokedAt || standing.expiresAt <= now) return { refused: 'session_revoked' };
    if (!isUsable(standing.account, now)) return { refused: 'account_inactive' };
    const token = await tx.em.findOneOrFail(RefreshToken, { tokenHash }, { refresh: true });
    const successor = token.replacedById
      ? await tx.em.findOne(RefreshToken, { id: token.replacedById })
      : null;

    const verdict = judge(standingOf(token), successor && standingOf(successor), now);
    if (verdict === 'expired') return { refused: 'unauthenticated' };
    if (verdict === 'reuse') {
      await this.revoke(tx, sessionId, 'token_reuse', null);
      return { refused: 'session_revoked' };
    }
    if (successor) successor.revokedAt = now;
    const refreshSecret = await this.#succeed(tx, token, now);
    const { userId, tokenVersion, organizationId } = standing;
    return { sessionId, userId, tokenVersion, organizationId, refreshSecret };
  }

  /** Ends `token` and puts a new one in its place. In steps: the one live token of a session is a unique key. */
  async #succeed(tx: Transaction, token: RefreshToken, now: Date): Promise<string> {
    const session = await tx.em.findOneOrFail(AuthSession, { id: token.session.id });
    token.usedAt ??= now;
    session.lastActivityAt = now;
    session.expiresAt = new Date(now.getTime() + sessionMs);
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
