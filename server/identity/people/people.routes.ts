import { peopleRoutes } from '../../../shared/identity/people.ts';
import { route } from '../../kernel/http/route.ts';
import type { BoundRoute } from '../../kernel/http/route.ts';
import type { PeopleService } from './people.service.ts';

/** The REST edge of the people of an organization. */
export function bindRoutes(people: PeopleService): BoundRoute[] {
  return [
    route(peopleRoutes.list, ({ actor, params, query }) => people.list(actor, params.organizationId, query)),
    route(peopleRoutes.get, ({ actor, params: p }) => people.get(actor, p.organizationId, p.userId)),
    route(peopleRoutes.create, ({ actor, params, body }) =>
      people.create(actor, params.organizationId, body),
    ),
    route(peopleRoutes.update, ({ actor, params: p, body }) =>
      people.update(actor, p.organizationId, p.userId, body),
    ),
    route(peopleRoutes.suspend, ({ actor, params: p, body }) =>
      people.suspend(actor, p.organizationId, p.userId, body),
    ),
    route(peopleRoutes.deactivate, ({ actor, params: p }) =>
      people.deactivate(actor, p.organizationId, p.userId),
    ),
    route(peopleRoutes.reactivate, ({ actor, params: p }) =>
      people.reactivate(actor, p.organizationId, p.userId),
    ),
    route(peopleRoutes.remove, ({ actor, params: p }) => people.remove(actor, p.organizationId, p.userId)),
    route(peopleRoutes.restore, ({ actor, params: p }) => people.restore(actor, p.organizationId, p.userId)),
    route(peopleRoutes.requirePasswordChange, ({ actor, params: p }) =>
      people.requirePasswordChange(actor, p.organizationId, p.userId),
    ),
    route(peopleRoutes.sendPasswordLink, ({ actor, params: p }) =>
      people.sendPasswordLink(actor, p.organizationId, p.userId),
    ),
    route(peopleRoutes.unlock, ({ actor, params: p }) => people.unlock(actor, p.organizationId, p.userId)),
    route(peopleRoutes.signOut, ({ actor, params: p }) => people.signOut(actor, p.organizationId, p.userId)),
    route(peopleRoutes.resetSecondFactor, ({ actor, params: p }) =>
      people.resetSecondFactor(actor, p.organizationId, p.userId),
    ),
  ];
}
