import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { roleSlug } from '../../shared/identity/contract.ts';

/** One setting: what it may be, and what it is where nobody has set it. */
interface SettingRule<T> {
  schema: z.ZodType<T>;
  fallback: T;
  /** `system_settings.data_type` */
  type: 'string' | 'integer' | 'boolean' | 'array';
  /** Whether an organization may have a value of its own. */
  perOrganization: boolean;
}

const rule = <T>(one: SettingRule<T>): SettingRule<T> => one;
const integer = (fallback: number, min: number, max: number, perOrganization = true) =>
  rule({ schema: z.int().min(min).max(max), fallback, type: 'integer', perOrganization });
const flag = (fallback: boolean) =>
  rule({ schema: z.boolean(), fallback, type: 'boolean', perOrganization: true });

/** `auth.*` of the settings catalogue (SCHEMA.md, Appendix C). */
export const settingRules = {
  'auth.session_policy': rule<'single' | 'multiple'>({
    schema: z.enum(['single', 'multiple']),
    fallback: 'multiple',
    type: 'string',
    perOrganization: true,
  }),
  'auth.refresh_ttl_days': integer(7, 1, 90),
  'auth.remember_ttl_days': integer(30, 1, 365),
  'auth.session_max_days': integer(90, 1, 730),
  'auth.otp_ttl_seconds': integer(600, 60, 3600, false),
  'auth.otp_max_attempts': integer(5, 1, 10, false),
  'auth.otp_resend_seconds': integer(60, 30, 3600, false),
  'auth.reset_ttl_minutes': integer(30, 5, 1440, false),
  'auth.verification_ttl_hours': integer(48, 1, 720, false),
  'auth.require_verification': flag(true),
  'auth.registration_open': flag(true),
  'auth.password_min_length': integer(10, 8, 64),
  'auth.two_factor_required_roles': rule<z.infer<typeof roleSlug>[]>({
    schema: z.array(roleSlug).max(roleSlug.options.length),
    fallback: ['super_admin'],
    type: 'array',
    perOrganization: true,
  }),
} as const;

export type SettingKey = keyof typeof settingRules;
export type SettingValue<K extends SettingKey> = (typeof settingRules)[K]['fallback'];

/** Reads a stored value; what is missing or does not fit counts as not set. */
export function readSetting<K extends SettingKey>(
  key: K,
  stored: string | null | undefined,
): SettingValue<K> {
  const { schema, fallback, type } = settingRules[key];
  if (stored === null || stored === undefined) return fallback;
  const result = schema.safeParse(type === 'string' ? stored : parseJson(stored));
  return (result.success ? result.data : fallback) as SettingValue<K>;
}

/** As `system_settings.value` keeps it. */
export const writeSetting = <K extends SettingKey>(key: K, value: SettingValue<K>): string =>
  settingRules[key].type === 'string' ? String(value) : JSON.stringify(value);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Category and name, as the table has them. */
export function settingPlace(key: SettingKey): [category: string, name: string] {
  const [category = '', name = ''] = key.split('.');
  return [category, name];
}

/** A setting of an organization (null: of the installation): its own row, else the installation's, else the default. */
export async function setting<K extends SettingKey>(
  em: EntityManager,
  organizationId: string | null,
  key: K,
): Promise<SettingValue<K>> {
  const [row] = await em.execute<{ value: string | null }[]>(
    `select value from system_settings
     where category = ? and key_name = ? and (organization_id is null or organization_id = ?::uuid)
     order by organization_id nulls last limit 1`,
    [...settingPlace(key), organizationId],
  );
  return readSetting(key, row?.value);
}

/**
 * What the organizations that a person is an active member of have set; the installation's value for a member of none.
 * Never empty. The caller takes the strictest.
 */
export async function settingsAround<K extends SettingKey>(
  em: EntityManager,
  userId: string,
  key: K,
): Promise<SettingValue<K>[]> {
  const place = settingPlace(key);
  const rows = await em.execute<{ value: string | null }[]>(
    `select distinct coalesce(own.value, everywhere.value) as value
     from organization_memberships m
     join organizations o on o.id = m.organization_id and o.deleted_at is null
     left join system_settings own on own.organization_id = m.organization_id and own.category = ? and own.key_name = ?
     left join system_settings everywhere on everywhere.organization_id is null and everywhere.category = ? and everywhere.key_name = ?
     where m.user_id = ? and m.left_at is null and m.status = 'active'`,
    [...place, ...place, userId],
  );
  if (rows.length === 0) return [await setting(em, null, key)];
  return rows.map(({ value }) => readSetting(key, value));
}
