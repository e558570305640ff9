import type { PasskeyView } from '../../../shared/identity/passkeys.ts';
import { iso, isoOrNull } from '../../../shared/kernel/time.ts';
import type { PasskeyRecord } from './passkeys.repository.ts';

/** A passkey, as its owner sees it. */
export function presentPasskey(passkey: PasskeyRecord): PasskeyView {
  return {
    id: passkey.id,
    name: passkey.name,
    backedUp: passkey.backedUp,
    createdAt: iso(passkey.createdAt),
    lastUsedAt: isoOrNull(passkey.lastUsedAt),
  };
}
