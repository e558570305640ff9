import type { EntityManager } from '@mikro-orm/postgresql';
import type { MeView } from '../../../shared/identity/contract.ts';
import type { Database } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Access } from '../access/access.ts';
import { presentMe } from './me.presenter.ts';
import type { Surroundings } from './me.presenter.ts';
import { User } from './user.entity.ts';

/** People's accounts, as they see them themselves. */
export class AccountService {
  readonly #db: Database;
  readonly #access: Access;

  constructor(deps: { db: Database; access: Access }) {
    this.#db = deps.db;
    this.#access = deps.access;
  }

  /**
   * @param organizationId the organization of the sign-in; without one, or where the person left it, the primary one
   * @throws AppError not_found
   */
  async me(userId: string, organizationId: string | null): Promise<MeView> {
    const em = this.#db.em();
    const user = await em.findOne(User, { id: userId }, { populate: ['primaryRole'] });
    if (!user) throw new AppError('not_found');
    return presentMe(user, await this.#surroundings(em, userId, organizationId));
  }

  async #surroundings(em: EntityManager, userId: string, wanted: string | null): Promise<Surroundings> {
    const organizations = await em.execute<Surroundings['organizations']>(
      `select o.id, o.name, o.slug, m.role, o.status <> 'active' as suspended
       from organization_memberships m join organizations o on o.id = m.organization_id and o.deleted_at is null
       where m.user_id = ? and m.left_at is null and m.status = 'active' order by m.is_primary desc, o.name`,
      [userId],
    );
    const current = organizations.find(({ id }) => id === wanted) ?? organizations[0];
    const permissions = current ? await this.#access.permissionsIn(em, userId, current.id) : [];
    const reports = await em.execute<object[]>(
      'select 1 from user_profiles p join users u on u.id = p.user_id and u.deleted_at is null where p.manager_id = ? limit 1',
      [userId],
    );
    return {
      organizationId: current?.id ?? null,
      organizations,
      permissions,
      hasReports: reports.length > 0,
    };
  }
}
