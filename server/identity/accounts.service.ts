import type { MeView } from '../../shared/identity/contract.ts';
import type { Database } from '../kernel/db/database.ts';
import { AppError } from '../kernel/errors.ts';
import { presentMe } from './identity.presenter.ts';
import { User } from './user.entity.ts';

/** People's accounts. */
export class AccountService {
  readonly #db: Database;

  constructor(deps: { db: Database }) {
    this.#db = deps.db;
  }

  /** @throws AppError not_found */
  async me(userId: string): Promise<MeView> {
    const user = await this.#db.em().findOne(User, { id: userId }, { populate: ['primaryRole'] });
    if (!user) throw new AppError('not_found');
    return presentMe(user);
  }
}
