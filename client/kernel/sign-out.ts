import { identityRoutes } from '../../shared/identity/contract.ts';
import { api } from './api.ts';
import { setSignedOut } from './sign-in-state.ts';

/** Ends this sign-in here and in all tabs. The page is signed out even if the server cannot be told right now. */
export async function signOut(): Promise<void> {
  await api.call(identityRoutes.signOut).catch(() => undefined);
  setSignedOut('none');
}
