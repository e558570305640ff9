import type { Area, AreaDeps } from '../deps.ts';
import { ImportWorker, importQueue } from './import-worker.ts';
import { bindImportRoutes } from './imports.routes.ts';
import { ImportService } from './imports.service.ts';
import { bindRoutes } from './people.routes.ts';
import { PeopleService } from './people.service.ts';

/** The people of an organization, for those who look after them. */
export function createPeople(deps: AreaDeps): Area {
  const worker = new ImportWorker(deps);
  deps.jobs.queue<{ importId: string }>(importQueue, ({ importId }) => worker.run(importId));
  // After a restart an import goes on within a minute or two.
  deps.jobs.every('people.import.resume', '* * * * *', () => worker.sweep());
  return {
    routes: [...bindRoutes(new PeopleService(deps)), ...bindImportRoutes(new ImportService(deps))],
    sweep: () => worker.sweep(),
  };
}
