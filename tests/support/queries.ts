import type { Database } from '../../server/kernel/db/database.ts';
import { requestContext } from '../../server/kernel/request-context.ts';

/** What a request or an event cost the database. */
export interface QueryCount {
  /** The statements that the events of one socket (its id) caused while `work` ran, without begin and commit. */
  of(socketId: string | undefined, work: () => Promise<unknown>): Promise<string[]>;
}

const bracket = /^\s*(begin|commit|rollback|savepoint|release|set transaction)/i;

/** Counts the statements of a server in this process. What timers and jobs do meanwhile belongs to nobody and is left out. */
export function countQueries(db: Database): QueryCount {
  const logger = db.orm.config.getLogger();
  let seen: { socketId: string | null; statement: string }[] = [];
  logger.setDebugMode(['query']);
  logger.logQuery = ({ query = '' }) => {
    if (!bracket.test(query)) seen.push({ socketId: requestContext().requestId, statement: query });
  };
  return {
    async of(socketId, work) {
      seen = [];
      await work();
      return seen.filter((one) => one.socketId === socketId).map((one) => one.statement);
    },
  };
}
