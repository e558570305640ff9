import type { EntityManager } from '@mikro-orm/postgresql';
import type { z } from 'zod';
import { organizationSettingKeys } from '../../../shared/identity/organization-settings.ts';
import type {
  OrganizationSettingKey,
  SettingView,
  settingChange,
} from '../../../shared/identity/organization-settings.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError, invalidInput } from '../../kernel/errors.ts';
import type { AreaDeps } from '../deps.ts';
import { readSetting, setting, settingPlace, settingRules, writeSetting } from '../settings.ts';
import type { SettingValue } from '../settings.ts';
import { findOrganization } from './organizations.repository.ts';

type Change = z.output<typeof settingChange>;

interface SettingRow {
  key: string;
  organization_id: string | null;
  value: string | null;
  row_version: number;
}

/** What an organization sets for its sign-ins: its own row beats the installation's, which beats the default. */
export class OrganizationSettingsService {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  async get(actor: UserActor, organizationId: string): Promise<{ items: SettingView[] }> {
    const em = this.#deps.db.em();
    await this.#deps.access.require(em, actor, 'settings.read', { type: 'organization', id: organizationId });
    return this.#present(em, organizationId);
  }

  /** @throws AppError invalid_input, conflict when somebody else has set one of them since */
  async set(
    actor: UserActor,
    organizationId: string,
    changes: readonly Change[],
  ): Promise<{ items: SettingView[] }> {
    await this.#deps.db.transaction(async (tx) => {
      const subject = { type: 'organization', id: organizationId } as const;
      await this.#deps.access.require(tx.em, actor, 'settings.manage', subject);
      await findOrganization(tx.em, organizationId, actor.userId, 'for no key update of o');
      const rows = await rowsOf(tx.em, organizationId);
      const old: { key: string; value: unknown }[] = [];
      for (const change of changes) {
        const own = rows.find((one) => one.key === change.key && one.organization_id !== null);
        if ((own?.row_version ?? 0) !== change.rowVersion) throw new AppError('conflict');
        old.push({ key: change.key, value: own ? readSetting(change.key, own.value) : null });
        await this.#write(tx, actor, organizationId, change);
      }
      if (changes.some(({ key }) => key === 'auth.session_policy'))
        await this.#supersede(tx, actor, organizationId);
      this.#deps.audit.record(tx, {
        actor,
        action: 'organization.settings_changed',
        category: 'security',
        severity: 'high',
        organizationId,
        resourceType: 'organization',
        resourceId: organizationId,
        // As values, not as fields: what a field's name says of a password would be taken for one.
        old: { settings: old },
        new: { settings: changes.map(({ key, value }) => ({ key, value })) },
      });
    });
    return this.#present(this.#deps.db.em(), organizationId);
  }

  /** Where one sign-in at a time is the rule from now on, it is so at once: the newest of each person stays. */
  async #supersede(tx: Transaction, actor: UserActor, organizationId: string): Promise<void> {
    if ((await setting(tx.em, organizationId, 'auth.session_policy')) !== 'single') return;
    const older = await tx.em.execute<{ id: string }[]>(
      `select id from (
         select s.id, row_number() over (partition by s.user_id order by s.created_at desc, s.id desc) as place
         from auth_sessions s
         join organization_memberships m on m.user_id = s.user_id and m.organization_id = ? and m.left_at is null and m.status = 'active'
         where s.revoked_at is null and s.expires_at > ?) ranked
       where place > 1 order by id`,
      [organizationId, this.#deps.clock.now()],
    );
    for (const { id } of older) await this.#deps.sessions.revoke(tx, id, 'superseded', actor);
  }

  async #write(
    tx: Transaction,
    actor: UserActor,
    organizationId: string,
    { key, value, rowVersion }: Change,
  ): Promise<void> {
    const place = settingPlace(key);
    const now = this.#deps.clock.now();
    if (value === null) {
      await tx.em.execute(
        'delete from system_settings where organization_id = ? and category = ? and key_name = ?',
        [organizationId, ...place],
      );
      return;
    }
    const stored = writeSetting(key, checked(key, value));
    // The version goes up with the row's own one: a row that was deleted and made anew begins at one.
    await tx.em.execute(
      `insert into system_settings (organization_id, category, key_name, value, data_type, updated_by, row_version, created_at, updated_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (organization_id, category, key_name) where organization_id is not null
       do update set value = excluded.value, updated_by = excluded.updated_by, updated_at = excluded.updated_at,
         row_version = excluded.row_version`,
      [organizationId, ...place, stored, settingRules[key].type, actor.userId, rowVersion + 1, now, now],
    );
  }

  async #present(em: EntityManager, organizationId: string): Promise<{ items: SettingView[] }> {
    const rows = await rowsOf(em, organizationId);
    const items = organizationSettingKeys.map((key): SettingView => {
      const own = rows.find((one) => one.key === key && one.organization_id !== null);
      const everywhere = rows.find((one) => one.key === key && one.organization_id === null);
      return {
        key,
        value: readSetting(key, own ? own.value : everywhere?.value),
        inherited: readSetting(key, everywhere?.value),
        rowVersion: own?.row_version ?? 0,
      };
    });
    return { items };
  }
}

/** @throws AppError invalid_input */
function checked<K extends OrganizationSettingKey>(key: K, value: unknown): SettingValue<K> {
  const result = settingRules[key].schema.safeParse(value);
  if (!result.success) throw invalidInput(result.error);
  return result.data as SettingValue<K>;
}

async function rowsOf(em: EntityManager, organizationId: string): Promise<SettingRow[]> {
  return em.execute(
    `select category || '.' || key_name as key, organization_id, value, row_version from system_settings
     where category = 'auth' and (organization_id is null or organization_id = ?)`,
    [organizationId],
  );
}
