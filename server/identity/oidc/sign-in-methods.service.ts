import type { LinkedIdentityView, SignInMethodsView } from '../../../shared/identity/sign-in-methods.ts';
import { iso, isoOrNull } from '../../../shared/kernel/time.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { OidcProvider } from '../../kernel/config.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AreaDeps } from '../deps.ts';
import { presentPasskey } from '../passkeys/passkey.presenter.ts';
import { passkeysOf } from '../passkeys/passkeys.repository.ts';
import { tellOwner } from '../passkeys/tell-owner.ts';
import { assertSteppedUp } from '../sign-in/step-up.ts';
import {
  countMethods,
  deleteIdentity,
  linkedIdentitiesOf,
  lockMethods,
  ownMethodsOf,
  providerOf,
  usableOwn,
} from './methods.repository.ts';
import type { LinkedIdentity } from './methods.repository.ts';
import { providerName } from './providers.ts';
import type { Providers } from './providers.ts';

/** The ways in which somebody can sign in. */
export class SignInMethodService {
  readonly #deps: AreaDeps;
  readonly #providers: Providers;

  constructor(deps: AreaDeps, providers: Providers) {
    this.#deps = deps;
    this.#providers = providers;
  }

  get(actor: UserActor): Promise<SignInMethodsView> {
    return this.#deps.db.snapshot(async (em) => {
      const own = await ownMethodsOf(em, actor.userId);
      const usable = usableOwn(own, this.#deps);
      const linked = await linkedIdentitiesOf(em, actor.userId);
      const passkeys = await passkeysOf(em, actor.userId);
      return {
        password: { set: own.hasPassword, changedAt: isoOrNull(own.passwordChangedAt) },
        email: { value: own.email, verified: own.emailVerified, usable: usable.email },
        phone: { value: own.phone, verified: own.phoneVerified, usable: usable.phone },
        linked: linked.map((identity) => presentLinked(identity, this.#providers.all)),
        passkeys: passkeys.map(presentPasskey),
        available: this.#providers.views(),
        usable: await countMethods(this.#deps, em, actor.userId),
      };
    });
  }

  /** @throws AppError step_up_required, not_found, last_sign_in_method */
  async unlink(actor: UserActor, methodId: string): Promise<null> {
    const { db, clock, audit } = this.#deps;
    return db.transaction(async (tx) => {
      await assertSteppedUp(tx.em, actor, clock.now());
      await lockMethods(tx.em, actor.userId);
      const [identity] = (await linkedIdentitiesOf(tx.em, actor.userId)).filter(({ id }) => id === methodId);
      if (!identity || !(await deleteIdentity(tx.em, { id: methodId, userId: actor.userId })))
        throw new AppError('not_found');
      if ((await countMethods(this.#deps, tx.em, actor.userId)) === 0)
        throw new AppError('last_sign_in_method');
      const { name } = presentLinked(identity, this.#providers.all);
      audit.record(tx, {
        actor,
        action: 'sign_in_method.unlinked',
        category: 'security',
        resourceType: 'sign_in_method',
        resourceId: methodId,
        old: { provider: identity.providerId, issuer: identity.issuer },
      });
      await tellOwner(this.#deps, tx, actor.userId, {
        subject: `${name} was removed from your account`,
        sentence: `${name} can no longer be used to sign in to your account.`,
      });
      return null;
    });
  }
}

function presentLinked(identity: LinkedIdentity, providers: readonly OidcProvider[]): LinkedIdentityView {
  const provider = providerOf(identity, providers);
  return {
    id: identity.id,
    providerId: provider?.id ?? null,
    name: provider ? providerName(provider) : new URL(identity.issuer).host,
    type: identity.type,
    email: identity.email,
    linkedAt: iso(identity.linkedAt),
    lastUsedAt: isoOrNull(identity.lastUsedAt),
  };
}
