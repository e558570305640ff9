import type { EntityManager } from '@mikro-orm/postgresql';
import { organizationSettings } from '../../../shared/identity/organizations.ts';
import { AppError } from '../../kernel/errors.ts';

/** Where an address stands in what was sent, and the address; null: one that has no domain, such as a phone number. */
export interface Joining {
  path: string;
  email: string | null;
}

/**
 * Whether people may join an organization by themselves, or be invited, with these addresses: it may take those of some domains
 * only. Whoever administers it adds whom they want all the same.
 * @throws AppError invalid_input, at every address of another domain
 */
export async function assertEmailDomains(
  em: EntityManager,
  organizationId: string,
  joining: readonly Joining[],
): Promise<void> {
  const domains = await emailDomainsOf(em, organizationId);
  if (domains.length === 0) return;
  const errors = joining
    .filter(({ email }) => email === null || !isOfDomains(email, domains))
    .map(({ path }) => ({ path, code: 'custom', message: `Use an address of ${domains.join(', ')}.` }));
  if (errors.length > 0) throw new AppError('invalid_input', { errors });
}

/** None: every address may join. */
export async function emailDomainsOf(em: EntityManager, organizationId: string): Promise<string[]> {
  const [row] = await em.execute<{ settings: unknown }[]>('select settings from organizations where id = ?', [
    organizationId,
  ]);
  return organizationSettings.safeParse(row?.settings).data?.emailDomains ?? [];
}

export const isOfDomains = (email: string, domains: readonly string[]): boolean =>
  domains.length === 0 || domains.includes(email.slice(email.lastIndexOf('@') + 1).toLowerCase());
