import type { DeviceView, MemberDeviceView } from '../../../shared/identity/sessions.ts';
import { instant } from '../../../shared/kernel/time.ts';
import type { UserActor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AreaDeps } from '../deps.ts';
import { readCursor, writeCursor } from '../organizations/place.ts';
import { presentDevice, presentMemberDevice } from './device.presenter.ts';
import { devices, openSessionIds, ownerWithin } from './sessions.repository.ts';
import type { DeviceFilter, DeviceRow } from './sessions.repository.ts';

interface Page {
  cursor?: string | undefined;
  limit: number;
}

/** Where people are signed in, and ending that: one's own devices, and those of an organization's people. */
export class DeviceService {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  async list(actor: UserActor, page: Page): Promise<{ items: DeviceView[]; nextCursor: string | null }> {
    const { rows, nextCursor } = await this.#page({ userId: actor.userId }, page);
    return { items: rows.map((row) => presentDevice(row, actor.authSessionId)), nextCursor };
  }

  /** @throws AppError not_found: not there, not one's own, or ended */
  async end(actor: UserActor, authSessionId: string): Promise<null> {
    await this.#deps.db.transaction(async (tx) => {
      const mine = await openSessionIds(tx.em, actor.userId);
      if (!mine.includes(authSessionId)) throw new AppError('not_found');
      await this.#deps.sessions.revoke(tx, authSessionId, 'logout', actor);
    });
    return null;
  }

  async endAll(actor: UserActor, includeThis: boolean): Promise<{ ended: number }> {
    const except = includeThis ? null : actor.authSessionId;
    return this.#deps.db.transaction(async (tx) => ({
      ended: await this.#deps.sessions.endAll(tx, actor.userId, 'logout', actor, { except }),
    }));
  }

  /** @throws AppError not_found, forbidden */
  async listOfOrganization(
    actor: UserActor,
    organizationId: string,
    page: Page,
  ): Promise<{ items: MemberDeviceView[]; nextCursor: string | null }> {
    const { access, db } = this.#deps;
    await access.require(db.em(), actor, 'user.read', { type: 'organization', id: organizationId });
    const { rows, nextCursor } = await this.#page({ organizationId }, page);
    return { items: rows.map((row) => presentMemberDevice(row, actor.authSessionId)), nextCursor };
  }

  /** @throws AppError not_found, forbidden, role_level (of somebody above the caller) */
  async endOfOrganization(actor: UserActor, organizationId: string, authSessionId: string): Promise<null> {
    const { access, db, sessions } = this.#deps;
    await db.transaction(async (tx) => {
      const subject = { type: 'organization', id: organizationId } as const;
      await access.require(tx.em, actor, 'user.suspend', subject);
      const userId = await ownerWithin(tx.em, authSessionId, organizationId);
      if (!userId) throw new AppError('not_found');
      const levelOf = async (id: string) => (await access.explain(tx.em, id, 'user.read', subject)).level;
      if (userId !== actor.userId && (await levelOf(userId)) > (await levelOf(actor.userId)))
        throw new AppError('role_level');
      await sessions.revoke(tx, authSessionId, 'admin', { ...actor, organizationId });
    });
    return null;
  }

  async #page(
    of: DeviceFilter['of'],
    { cursor, limit }: Page,
  ): Promise<{ rows: DeviceRow[]; nextCursor: string | null }> {
    const { db, clock } = this.#deps;
    const after = readCursor(cursor);
    if (after && !instant.safeParse(after.key).success)
      throw new AppError('invalid_input', {
        errors: [{ path: 'cursor', code: 'custom', message: 'This is no place in this list.' }],
      });
    const found = await devices(db.em(), { of, after, limit: limit + 1, now: clock.now() });
    const rows = found.slice(0, limit);
    const last = found.length > limit ? rows.at(-1) : undefined;
    return { rows, nextCursor: last ? writeCursor({ key: last.place, id: last.id }) : null };
  }
}
