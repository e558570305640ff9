import { roleSlug } from '../../shared/identity/contract.ts';
import type { MeView } from '../../shared/identity/contract.ts';
import type { User } from './user.entity.ts';

/** The signed-in person, as they see themselves. `primaryRole` must be loaded. */
export function presentMe(user: User): MeView {
  return {
    id: user.id,
    code: user.code,
    email: user.email ?? null,
    displayName: user.displayName,
    avatarUrl: user.avatarUrl ?? null,
    role: roleSlug.parse(user.primaryRole.slug),
    locale: user.locale,
    timezone: user.timezone,
  };
}
