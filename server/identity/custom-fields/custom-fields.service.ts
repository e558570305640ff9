import type { EntityManager } from '@mikro-orm/postgresql';
import { definitionProblems } from '../../../shared/identity/custom-field-routes.ts';
import type {
  FieldDefinitionChanges,
  FieldDefinitionView,
  FieldListView,
  NewFieldInput,
} from '../../../shared/identity/custom-field-routes.ts';
import { fieldLimits, same } from '../../../shared/identity/custom-fields.ts';
import type { FieldDefinition } from '../../../shared/identity/custom-fields.ts';
import type { Permission } from '../../../shared/identity/permissions.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AreaDeps } from '../deps.ts';
import { definitionOf, presentField } from './custom-fields.presenter.ts';
import {
  fieldsIn,
  findField,
  insertField,
  lockFields,
  orderFields,
  removedFieldsIn,
  setField,
  setRemoved,
} from './custom-fields.repository.ts';
import type { UsedFieldRow } from './custom-fields.repository.ts';

/** What an organization asks for on the profiles of its people. */
export class CustomFieldService {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  async list(actor: UserActor, organizationId: string): Promise<FieldListView> {
    const em = this.#deps.db.em();
    await this.#require(em, actor, 'settings.read', organizationId);
    return this.#list(em, organizationId);
  }

  /** @throws AppError invalid_input, already_exists (the key), custom_field_limit */
  async create(actor: UserActor, organizationId: string, input: NewFieldInput): Promise<FieldDefinitionView> {
    const { entityType: _entityType, ...definition } = input;
    const id = this.#deps.ids.uuid();
    return this.#change(actor, organizationId, async (tx, now) => {
      assertSound(definition);
      const others = await fieldsIn(tx.em, organizationId);
      assertFree(definition.key, others);
      assertRoom(others);
      await insertField(tx.em, { id, organizationId, userId: actor.userId }, definition, now);
      this.#record(tx, actor, organizationId, id, 'created', { new: { ...definition } });
      return this.#one(tx.em, organizationId, id);
    });
  }

  /** @throws AppError invalid_input, already_exists, in_use for another key or type when somebody has a value */
  async update(
    actor: UserActor,
    organizationId: string,
    fieldId: string,
    changes: FieldDefinitionChanges,
  ): Promise<FieldDefinitionView> {
    return this.#change(actor, organizationId, async (tx, now) => {
      const row = await this.#present(tx.em, organizationId, fieldId);
      const before = definitionOf(row);
      const after: FieldDefinition = { ...before, ...changes };
      assertSound(after);
      const moved = after.key !== before.key || after.dataType !== before.dataType;
      if (moved && row.in_use > 0) throw new AppError('in_use');
      const others = await fieldsIn(tx.em, organizationId);
      assertFree(
        after.key,
        others.filter(({ id }) => id !== fieldId),
      );
      const changed = (Object.keys(after) as (keyof FieldDefinition)[]).filter(
        (name) => !same(after[name], before[name]),
      );
      if (changed.length === 0) return presentField(row);
      await setField(tx.em, fieldId, after, actor.userId, now);
      this.#record(tx, actor, organizationId, fieldId, 'updated', {
        old: pick(before, changed),
        new: pick(after, changed),
      });
      return this.#one(tx.em, organizationId, fieldId);
    });
  }

  /** @throws AppError conflict when these are not the fields that there are */
  async reorder(actor: UserActor, organizationId: string, ids: readonly string[]): Promise<FieldListView> {
    return this.#change(actor, organizationId, async (tx, now) => {
      const own = (await fieldsIn(tx.em, organizationId)).filter((row) => row.organization_id !== null);
      const before = own.map(({ id }) => id);
      if (!same(ids.toSorted(), before.toSorted())) throw new AppError('conflict');
      if (!same(ids, before)) {
        await orderFields(tx.em, ids, actor.userId, now);
        const keys = new Map(own.map(({ id, field_key: key }) => [id, key]));
        this.#record(tx, actor, organizationId, null, 'reordered', {
          old: { order: before.map((id) => keys.get(id)) },
          new: { order: ids.map((id) => keys.get(id)) },
        });
      }
      return this.#list(tx.em, organizationId);
    });
  }

  /** Hides a field; the values stay where they are, and come back with it. */
  async remove(actor: UserActor, organizationId: string, fieldId: string): Promise<void> {
    await this.#change(actor, organizationId, async (tx, now) => {
      const row = await this.#present(tx.em, organizationId, fieldId);
      await setRemoved(tx.em, fieldId, now, actor.userId, now);
      const { key, label, dataType } = definitionOf(row);
      this.#record(tx, actor, organizationId, fieldId, 'removed', { old: { key, label, dataType } });
    });
  }

  /** @throws AppError already_exists when another field has the key now, custom_field_limit */
  async restore(actor: UserActor, organizationId: string, fieldId: string): Promise<FieldDefinitionView> {
    return this.#change(actor, organizationId, async (tx, now) => {
      const row = await findField(tx.em, organizationId, fieldId);
      if (!row) throw new AppError('not_found');
      // Two people who undo the same removal want the same.
      if (row.deleted_at === null) return presentField(row);
      const others = await fieldsIn(tx.em, organizationId);
      assertFree(row.field_key, others);
      assertRoom(others);
      await setRemoved(tx.em, fieldId, null, actor.userId, now);
      const { key, label } = definitionOf(row);
      this.#record(tx, actor, organizationId, fieldId, 'restored', { new: { key, label } });
      return this.#one(tx.em, organizationId, fieldId);
    });
  }

  /** Asks for the right, and keeps others from changing the organization's fields at the same time. */
  #change<T>(
    actor: UserActor,
    organizationId: string,
    work: (tx: Transaction, now: Date) => Promise<T>,
  ): Promise<T> {
    return this.#deps.db.transaction(async (tx) => {
      await this.#require(tx.em, actor, 'settings.manage', organizationId);
      await lockFields(tx.em, organizationId);
      return work(tx, this.#deps.clock.now());
    });
  }

  async #present(em: EntityManager, organizationId: string, fieldId: string): Promise<UsedFieldRow> {
    const row = await findField(em, organizationId, fieldId);
    if (!row || row.deleted_at !== null) throw new AppError('not_found');
    return row;
  }

  async #one(em: EntityManager, organizationId: string, fieldId: string): Promise<FieldDefinitionView> {
    return presentField(await this.#present(em, organizationId, fieldId));
  }

  async #list(em: EntityManager, organizationId: string): Promise<FieldListView> {
    const items = await fieldsIn(em, organizationId);
    const removed = await removedFieldsIn(em, organizationId);
    return { items: items.map(presentField), removed: removed.map(presentField) };
  }

  #require(em: EntityManager, actor: UserActor, permission: Permission, id: string): Promise<void> {
    return this.#deps.access.require(em, actor, permission, { type: 'organization', id });
  }

  #record(
    tx: Transaction,
    actor: UserActor,
    organizationId: string,
    fieldId: string | null,
    what: string,
    values: { old?: Record<string, unknown>; new?: Record<string, unknown> },
  ): void {
    this.#deps.audit.record(tx, {
      actor,
      action: `custom_field.${what}`,
      category: 'data_change',
      severity: 'medium',
      organizationId,
      resourceType: 'custom_field',
      ...(fieldId === null ? {} : { resourceId: fieldId }),
      ...values,
    });
  }
}

/** @throws AppError invalid_input */
function assertSound(definition: FieldDefinition): void {
  const errors = definitionProblems(definition);
  if (errors.length > 0) throw new AppError('invalid_input', { errors });
}

/** One of the whole installation has its key everywhere. */
function assertFree(key: string, others: readonly UsedFieldRow[]): void {
  if (others.some((row) => row.field_key === key)) throw new AppError('already_exists', { field: 'key' });
}

function assertRoom(others: readonly UsedFieldRow[]): void {
  const own = others.filter((row) => row.organization_id !== null);
  if (own.length >= fieldLimits.perOrganization) throw new AppError('custom_field_limit');
}

const pick = (from: FieldDefinition, names: readonly (keyof FieldDefinition)[]): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [name, from[name]]));
