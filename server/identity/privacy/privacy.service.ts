import type { UserActor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { User } from '../accounts/user.entity.ts';
import type { AreaDeps } from '../deps.ts';
import { passwordMatches } from '../sign-in/password.ts';
import { normalizeAvatar } from './avatar.ts';
import { erasePerson } from './erase.ts';
import { readPersonalData } from './export.repository.ts';

/** Deleted accounts are kept this long, so that a mistake can be undone; then they are erased. */
const keptDays = 90;

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

  /** Everything of one moment. The export itself stands in the audit trail. */
  async export(
    actor: UserActor,
  ): Promise<{ exportedAt: string; sections: Record<string, Record<string, unknown>[]> }> {
    const sections = await this.#deps.db.snapshot((em) => readPersonalData(em, actor.userId));
    await this.#deps.db.transaction(async (tx) => this.#record(tx, actor, 'user.data_exported'));
    return { exportedAt: this.#deps.clock.now().toISOString(), sections };
  }

  /** @throws AppError invalid_credentials, conflict (the last administrator) */
  async deactivate(actor: UserActor, confirm: string): Promise<void> {
    await this.#confirm(actor, confirm);
    await this.#deps.db.transaction(async (tx) => {
      const user = await this.#lock(tx, actor.userId);
      await this.#requireSomebodyElse(tx, actor.userId);
      user.status = 'inactive';
      user.tokenVersion += 1;
      await tx.em.flush();
      await this.#endSignIns(tx, actor);
      this.#record(tx, actor, 'user.deactivated');
    });
  }

  /** @throws AppError invalid_credentials, conflict (the last administrator) */
  async erase(actor: UserActor, confirm: string): Promise<void> {
    await this.#confirm(actor, confirm);
    await this.#deps.db.transaction(async (tx) => {
      await this.#requireSomebodyElse(tx, actor.userId);
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
      const own = await this.#deps.access.explain(tx.em, actor.userId, 'user.delete', {
        type: 'organization',
        id: organizationId,
      });
      if (person.level > own.level) throw new AppError('role_level');
      if (!person.deleted) throw new AppError('conflict', undefined, { detail: 'Delete the account first.' });
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

  /** The password again; who has none names their own code. */
  async #confirm(actor: UserActor, given: string): Promise<void> {
    const [account] = await this.#deps.db
      .em()
      .execute<{ password_hash: string | null; code: string }[]>(
        'select password_hash, code from users where id = ?',
        [actor.userId],
      );
    const right = account?.password_hash
      ? await passwordMatches(account.password_hash, given)
      : given.trim().toUpperCase() === account?.code;
    if (!right) throw new AppError('invalid_credentials');
  }

  /** An installation, or an organization, without anybody to look after it could never be entered again. */
  async #requireSomebodyElse(tx: Transaction, userId: string): Promise<void> {
    const [row] = await tx.em.execute<{ alone: boolean }[]>(
      `select exists (select 1 from organization_memberships m where m.user_id = ? and m.role = 'owner' and m.left_at is null and not exists (
          select 1 from organization_memberships o where o.organization_id = m.organization_id and o.role = 'owner' and o.left_at is null and o.user_id <> m.user_id))
        or (exists (select 1 from users u join roles r on r.id = u.primary_role_id where u.id = ? and r.slug = 'super_admin') and not exists (
          select 1 from users u join roles r on r.id = u.primary_role_id where r.slug = 'super_admin' and u.status = 'active' and u.deleted_at is null and u.id <> ?)) as alone`,
      [userId, userId, userId],
    );
    if (row?.alone)
      throw new AppError('conflict', undefined, {
        detail: 'You are the last one to look after it. Give that to somebody else first.',
      });
  }

  async #endSignIns(tx: Transaction, actor: UserActor): Promise<void> {
    const open = await tx.em.execute<{ id: string }[]>(
      'select id from auth_sessions where user_id = ? and revoked_at is null',
      [actor.userId],
    );
    for (const { id } of open) await this.#deps.sessions.revoke(tx, id, 'logout', actor);
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
