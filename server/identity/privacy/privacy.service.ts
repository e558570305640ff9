import type { UserActor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { tellAccount } from '../accounts/notices.ts';
import { User } from '../accounts/user.entity.ts';
import type { AreaDeps } from '../deps.ts';
import { personProof } from '../sign-in/credentials.repository.ts';
import { countFailure } from '../sign-in/failures.ts';
import { lockedUntil } from '../sign-in/lockout.ts';
import { passwordMatches } from '../sign-in/password.ts';
import { assertSteppedUp } from '../sign-in/step-up.ts';
import { normalizeAvatar } from './avatar.ts';
import { erasePerson } from './erase.ts';
import { personalData } from './export.ts';

/** Deleted accounts are kept this long, so that a mistake can be undone; then they are erased. */
const keptDays = 90;

/** Of `users u`, at a moment: somebody who can sign in. A suspension with an end lifts by itself. */
const usable = `u.deleted_at is null and (u.status = 'active' or (u.status = 'suspended' and u.suspended_until <= ?))`;

/** A person's own data: their picture, all of it, and its end. */
export class PrivacyService {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  /** @throws AppError image_invalid */
  async setAvatar(actor: UserActor, bytes: Uint8Array): Promise<string> {
    const picture = await normalizeAvatar(bytes);
    return this.#deps.db.transaction(async (tx) => {
      const user = await this.#lock(tx, actor.userId);
      const before = user.avatarFileId;
      const { id, url } = await this.#deps.files.store(tx, {
        ownerId: actor.userId,
        organizationId: actor.organizationId,
        bytes: picture,
        name: 'avatar.webp',
        mimeType: 'image/webp',
        fileType: 'image',
      });
      user.avatarFileId = id;
      user.avatarUrl = url;
      if (before) await this.#deps.files.purge(tx, before);
      this.#record(tx, actor, 'user.avatar_changed');
      return url;
    });
  }

  async removeAvatar(actor: UserActor): Promise<void> {
    await this.#deps.db.transaction(async (tx) => {
      const user = await this.#lock(tx, actor.userId);
      if (!user.avatarFileId && !user.avatarUrl) return;
      if (user.avatarFileId) await this.#deps.files.purge(tx, user.avatarFileId);
      user.avatarFileId = null;
      user.avatarUrl = null;
      this.#record(tx, actor, 'user.avatar_removed');
    });
  }

  /** All that is kept about the person, piece by piece. The export itself stands in the audit trail. */
  async export(actor: UserActor): Promise<AsyncIterable<string>> {
    await this.#deps.db.transaction(async (tx) => this.#record(tx, actor, 'user.data_exported'));
    return personalData(this.#deps, actor.userId, this.#deps.clock.now());
  }

  /** @throws AppError step_up_required, invalid_credentials, account_locked, conflict (the last administrator) */
  async deactivate(actor: UserActor, confirm: string): Promise<void> {
    await this.#confirm(actor, confirm);
    await this.#deps.db.transaction(async (tx) => {
      const user = await this.#lock(tx, actor.userId);
      await this.#requireSomebodyElse(tx, actor.userId);
      user.status = 'inactive';
      user.tokenVersion += 1;
      await tx.em.flush();
      await this.#deps.sessions.endAll(tx, actor.userId, 'logout', actor);
      this.#record(tx, actor, 'user.deactivated');
      await tellAccount(this.#deps, tx, actor.userId, {
        subject: 'Your account was put to rest',
        paragraphs: [
          'Your Lectern account was put to rest, as was asked for while you were signed in. Nobody can sign in with it any more.',
          'If it was not you, tell your school at once: it can give the account back to you.',
        ],
      });
    });
  }

  /** @throws AppError step_up_required, invalid_credentials, account_locked, conflict (the last administrator) */
  async erase(actor: UserActor, confirm: string): Promise<void> {
    await this.#confirm(actor, confirm);
    await this.#deps.db.transaction(async (tx) => {
      await this.#requireSomebodyElse(tx, actor.userId);
      await this.#tellErased(tx, actor.userId);
      await erasePerson(this.#deps, tx, actor.userId, actor);
    });
  }

  /**
   * For the school: erases somebody whose account it has deleted before, so that no single slip of a hand does it.
   * @throws AppError not_found, forbidden, role_level, conflict (not deleted yet)
   */
  async erasePerson(actor: UserActor, organizationId: string, userId: string): Promise<void> {
    await this.#deps.db.transaction(async (tx) => {
      await this.#deps.access.require(tx.em, actor, 'user.delete', {
        type: 'organization',
        id: organizationId,
      });
      const [person] = await tx.em.execute<{ level: number; deleted: boolean; erased: boolean }[]>(
        `select r.level, u.deleted_at is not null as deleted, u.anonymized_at is not null as erased from users u join roles r on r.id = u.primary_role_id
         where u.id = ? and exists (select 1 from organization_memberships m where m.user_id = u.id and m.organization_id = ? and m.is_primary) for update of u`,
        [userId, organizationId],
      );
      if (!person || person.erased) throw new AppError('not_found');
      const subject = { type: 'organization', id: organizationId } as const;
      const levelOf = async (id: string): Promise<number> =>
        (await this.#deps.access.explain(tx.em, id, 'user.delete', subject)).level;
      // Of all their roles there, not of the primary one alone.
      const level = Math.max(person.level, await levelOf(userId));
      if (level > (await levelOf(actor.userId))) throw new AppError('role_level');
      if (!person.deleted) throw new AppError('conflict', undefined, { detail: 'Delete the account first.' });
      await this.#tellErased(tx, userId);
      await erasePerson(this.#deps, tx, userId, actor);
    });
  }

  /** Accounts that were deleted long ago. */
  async eraseDue(): Promise<void> {
    const before = new Date(this.#deps.clock.now().getTime() - keptDays * 24 * 3_600_000);
    const due = await this.#deps.db
      .em()
      .execute<{ id: string }[]>(
        'select id from users where deleted_at < ? and anonymized_at is null order by id limit 50',
        [before],
      );
    for (const { id } of due) await this.#deps.db.transaction((tx) => erasePerson(this.#deps, tx, id, null));
  }

  async #lock(tx: Transaction, userId: string): Promise<User> {
    await tx.em.execute('select 1 from users where id = ? for update', [userId]);
    return tx.em.findOneOrFail(User, { id: userId });
  }

  /**
   * The password again, on top of a fresh proof of who it is; who has none names their own code, so that no slip of a hand
   * does it. Wrong passwords count as they do at the sign-in: a stolen session is no way to guess on.
   */
  async #confirm(actor: UserActor, given: string): Promise<void> {
    const { db, clock } = this.#deps;
    const em = db.em();
    await assertSteppedUp(em, actor, clock.now());
    const person = await personProof(em, actor.userId);
    if (!person) throw new AppError('not_found');
    const until = lockedUntil(person.lockout, clock.now());
    if (until) throw new AppError('account_locked', { until: until.toISOString() });
    if (person.passwordHash === null) {
      if (given.trim().toUpperCase() !== person.code) throw new AppError('invalid_credentials');
      return;
    }
    if (await passwordMatches(person.passwordHash, given)) return;
    await db.transaction((tx) =>
      countFailure(this.#deps, tx, { userId: actor.userId, actor }, 'confirmation'),
    );
    throw new AppError('invalid_credentials');
  }

  /**
   * An installation, or an organization, without anybody to look after it could never be entered again. Those who go at the
   * same time take turns.
   */
  async #requireSomebodyElse(tx: Transaction, userId: string): Promise<void> {
    await tx.em.execute(`select pg_advisory_xact_lock(hashtext('identity.keepers'))`);
    const now = this.#deps.clock.now();
    const [row] = await tx.em.execute<{ alone: boolean }[]>(
      `select exists (select 1 from organization_memberships m where m.user_id = ? and m.role = 'owner' and m.left_at is null and not exists (
          select 1 from organization_memberships o join users u on u.id = o.user_id
          where o.organization_id = m.organization_id and o.role = 'owner' and o.status = 'active' and o.left_at is null and o.user_id <> m.user_id and ${usable}))
        or (exists (select 1 from users u join roles r on r.id = u.primary_role_id where u.id = ? and r.slug = 'super_admin') and not exists (
          select 1 from users u join roles r on r.id = u.primary_role_id where r.slug = 'super_admin' and u.id <> ? and ${usable})) as alone`,
      [userId, now, userId, userId, now],
    );
    if (row?.alone)
      throw new AppError('conflict', undefined, {
        detail: 'You are the last one to look after it. Give that to somebody else first.',
      });
  }

  /** Before the addresses are gone. */
  async #tellErased(tx: Transaction, userId: string): Promise<void> {
    await tellAccount(this.#deps, tx, userId, {
      subject: 'Your account was erased',
      paragraphs: [
        'Your Lectern account and your personal data were erased for ever. This is the last message to you.',
        'If you did not ask for it, tell your school.',
      ],
    });
  }

  #record(tx: Transaction, actor: UserActor, action: string): void {
    this.#deps.audit.record(tx, {
      actor,
      action,
      category: 'data_change',
      resourceType: 'user',
      resourceId: actor.userId,
    });
  }
}
