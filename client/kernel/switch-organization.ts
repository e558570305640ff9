import { identityRoutes } from '../../shared/identity/contract.ts';
import type { MeView } from '../../shared/identity/contract.ts';
import { membershipRoutes } from '../../shared/identity/organizations.ts';
import { api } from './api.ts';
import { setMe } from './sign-in-state.ts';

/**
 * Works in another organization from now on, in all tabs of this browser.
 * @throws ApiError not_found, organization_suspended
 */
export async function switchOrganization(organizationId: string): Promise<MeView> {
  const me = await api.call(membershipRoutes.switchTo, { body: { organizationId } });
  setMe(me);
  return me;
}

/** Looks again at who one is: after something about it has changed. */
export async function refreshMe(): Promise<MeView> {
  const me = await api.call(identityRoutes.me);
  setMe(me);
  return me;
}
