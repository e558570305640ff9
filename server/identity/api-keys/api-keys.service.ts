import { defaultKeyLimits, maxApiKeys } from '../../../shared/identity/api-keys.ts';
import type {
  ApiKeyView,
  NewApiKeyInput,
  NewApiKeyView,
  OwnedApiKeyView,
} from '../../../shared/identity/api-keys.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { tellAccount } from '../accounts/notices.ts';
import type { AreaDeps } from '../deps.ts';
import { assertSteppedUp } from '../sign-in/step-up.ts';
import { presentKey, presentOwnedKey } from './api-keys.presenter.ts';
import { countKeys, findKey, insertKey, keysIn, keysOf, lockKey, revokeKey } from './api-keys.repository.ts';
import type { ApiKeyRow } from './api-keys.repository.ts';
import { newKey } from './key.ts';
import { canonicalNetwork } from './networks.ts';

/** API keys: made by people for programs, which then may do a part of what their owner may. */
export class ApiKeyService {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  async mine(actor: UserActor): Promise<{ items: ApiKeyView[]; nextCursor: null }> {
    const rows = await keysOf(this.#deps.db.em(), actor.userId);
    return { items: rows.map(presentKey), nextCursor: null };
  }

  /**
   * The key is in the answer and nowhere else.
   * @throws AppError step_up_required, role_level for a permission that its owner does not have, api_key_limit
   */
  async create(actor: UserActor, input: NewApiKeyInput): Promise<NewApiKeyView> {
    const { db, clock, ids } = this.#deps;
    const { key, prefix, hash } = newKey();
    const row = await db.transaction(async (tx) => {
      const now = clock.now();
      await assertSteppedUp(tx.em, actor, now);
      const expiresAt = input.expiresAt === null ? null : new Date(input.expiresAt);
      if (expiresAt && expiresAt <= now) throw inThePast();
      await this.#assertHeld(tx, actor, input.permissions);
      if ((await countKeys(tx.em, actor.userId)) >= maxApiKeys) throw new AppError('api_key_limit');
      const id = ids.uuid();
      await insertKey(
        tx.em,
        {
          id,
          organizationId: actor.organizationId,
          userId: actor.userId,
          name: input.name,
          hash,
          prefix,
          permissions: input.permissions,
          allowedIps: [...new Set(input.allowedIps.map(canonicalNetwork))],
          limits: { ...defaultKeyLimits, perMinute: input.rateLimitPerMinute },
          expiresAt,
        },
        now,
      );
      const made = await findKey(tx.em, id);
      if (!made) throw new Error('the key was not stored');
      this.#audit(tx, actor, made, 'api_key.created');
      await this.#tellOwner(tx, actor.userId, {
        subject: 'An API key was made for your account',
        sentence: `The API key “${made.name}” (${made.key_prefix}…) was made for your account. A program that has it can act for you.`,
      });
      return made;
    });
    return { ...presentKey(row), key };
  }

  /** @throws AppError not_found */
  async revoke(actor: UserActor, apiKeyId: string): Promise<null> {
    return this.#deps.db.transaction(async (tx) => {
      const row = await lockKey(tx.em, apiKeyId);
      if (!row || row.owner_id !== actor.userId) throw new AppError('not_found');
      return this.#end(tx, actor, row);
    });
  }

  /** One page of the keys that were made in an organization. */
  async list(
    actor: UserActor,
    organizationId: string,
    page: { cursor?: string; limit: number },
  ): Promise<{ items: OwnedApiKeyView[]; nextCursor: string | null }> {
    const em = this.#deps.db.em();
    const subject = { type: 'organization', id: organizationId } as const;
    await this.#deps.access.require(em, actor, 'api_key.manage', subject);
    const rows = await keysIn(em, organizationId, { ...page, limit: page.limit + 1 });
    const shown = rows.slice(0, page.limit);
    return {
      items: shown.map(presentOwnedKey),
      nextCursor: rows.length > page.limit ? (shown.at(-1)?.id ?? null) : null,
    };
  }

  /** @throws AppError not_found */
  async revokeIn(actor: UserActor, organizationId: string, apiKeyId: string): Promise<null> {
    return this.#deps.db.transaction(async (tx) => {
      const subject = { type: 'organization', id: organizationId } as const;
      await this.#deps.access.require(tx.em, actor, 'api_key.manage', subject);
      const row = await lockKey(tx.em, apiKeyId);
      if (!row || row.organization_id !== organizationId) throw new AppError('not_found');
      return this.#end(tx, actor, row);
    });
  }

  async #end(tx: Transaction, actor: UserActor, row: ApiKeyRow): Promise<null> {
    await revokeKey(tx.em, row.id, actor.userId, this.#deps.clock.now());
    this.#audit(tx, actor, row, 'api_key.revoked');
    if (row.owner_id !== actor.userId)
      await this.#tellOwner(tx, row.owner_id, {
        subject: 'An API key of yours was revoked',
        sentence: `Somebody who looks after your organization revoked your API key “${row.name}” (${row.key_prefix}…). Programs that have it cannot act for you any more.`,
      });
    return null;
  }

  /** A key may be narrower than its owner, and is not made with what they do not have; the policy looks again at every use. */
  async #assertHeld(tx: Transaction, actor: UserActor, wanted: readonly string[]): Promise<void> {
    const held: readonly string[] =
      actor.organizationId === null
        ? []
        : await this.#deps.access.permissionsIn(tx.em, actor.userId, actor.organizationId);
    if (wanted.some((slug) => !held.includes(slug))) throw new AppError('role_level');
  }

  async #tellOwner(
    tx: Transaction,
    ownerId: string,
    what: { subject: string; sentence: string },
  ): Promise<void> {
    const paragraphs = [
      what.sentence,
      'Your keys, and a button to revoke them:',
      `${this.#deps.publicUrl()}/account/api-keys`,
    ];
    await tellAccount(this.#deps, tx, ownerId, { subject: what.subject, paragraphs });
  }

  #audit(tx: Transaction, actor: UserActor, row: ApiKeyRow, action: string): void {
    const about = {
      name: row.name,
      prefix: row.key_prefix,
      permissions: row.permissions,
      allowedIps: row.allowed_ips,
      ownerId: row.owner_id,
    };
    this.#deps.audit.record(tx, {
      actor,
      action,
      category: 'security',
      severity: 'high',
      resourceType: 'api_key',
      resourceId: row.id,
      organizationId: row.organization_id,
      ...(action === 'api_key.revoked' ? { old: about } : { new: about }),
    });
  }
}

const inThePast = (): AppError =>
  new AppError('invalid_input', {
    errors: [{ path: 'expiresAt', code: 'too_small', message: 'This moment has passed.' }],
  });
