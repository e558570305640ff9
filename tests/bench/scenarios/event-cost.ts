import type { EventsJob, EventsOutcome } from '../load/jobs.ts';
import { runLoad } from '../load/run-load.ts';
import type { ScenarioResult } from '../measure/figures.ts';
import { healthNotes, RoundTable, usageRows } from '../measure/rounds.ts';
import type { Round } from '../measure/rounds.ts';
import type { Scenario } from '../scenario.ts';
import { LecternServer } from '../servers/lectern.ts';
import { startPeer } from '../servers/peer.ts';

const sockets = 10;

export const eventCost: Scenario = {
  name: 'event-cost',
  title:
    'one event at a time: authorized (a reaction), and stored and committed too (a chat line), against an unauthenticated echo on plain Socket.IO',
  async run({ database, school, quick, say }): Promise<ScenarioResult> {
    const rounds: Round<EventsOutcome>[] = [];
    for (let round = 0; round <= (quick ? 1 : 3); round += 1) {
      for (const name of ['lectern', 'socket-io'] as const) {
        const server =
          name === 'lectern' ? await LecternServer.start(database) : await startPeer('socket-io');
        try {
          const people = school.students.slice(0, sockets);
          const { sessionId } = await school.openClass();
          const job: EventsJob = {
            kind: 'events',
            url: server.url,
            tokens: people.map((person) => school.accessToken(person)),
            sessionId,
            linesPerSocket: 35,
            reactionsPerSocket: 18,
          };
          say(`${round === 0 ? 'warm-up' : `round ${round}`}: ${name}`);
          rounds.push({ round, server: name, ...(await runLoad(job, server)) });
        } finally {
          await server.stop();
        }
      }
    }
    const measured = rounds.filter(({ round }) => round > 0);
    const table = new RoundTable(measured, ['lectern', 'socket-io']);
    return {
      columns: table.columns,
      rows: [
        table.row('reaction, acknowledged: p50', 'ms', ({ outcome }) => outcome.reactions.p50),
        table.row('reaction, acknowledged: p99', 'ms', ({ outcome }) => outcome.reactions.p99),
        table.row('chat line, acknowledged: p50', 'ms', ({ outcome }) => outcome.lines.p50),
        table.row('chat line, acknowledged: p99', 'ms', ({ outcome }) => outcome.lines.p99),
        ...usageRows(table),
      ],
      verdicts: [],
      notes: healthNotes(measured),
      lost: false,
      rounds,
    };
  },
};
