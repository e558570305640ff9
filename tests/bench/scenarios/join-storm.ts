import { joinSteps } from '../load/jobs.ts';
import type { JoinJob, JoinOutcome } from '../load/jobs.ts';
import { runLoad } from '../load/run-load.ts';
import type { ScenarioResult } from '../measure/figures.ts';
import { healthNotes, RoundTable, usageRows } from '../measure/rounds.ts';
import type { Round } from '../measure/rounds.ts';
import type { Scenario } from '../scenario.ts';
import { LecternServer } from '../servers/lectern.ts';
import { mediaReady } from '../servers/media-ready.ts';

const people = 50;

export const joinStorm: Scenario = {
  name: 'join-storm',
  title: `${people} people connect, join a class and set media up at the same moment`,
  async run({ database, school, quick, say }): Promise<ScenarioResult> {
    const rounds: Round<JoinOutcome>[] = [];
    const server = await LecternServer.start(database);
    try {
      await mediaReady(server.url);
      // The first round warms up: nobody opens a school with a cold server every morning, but see the raw figures.
      for (let round = 0; round <= (quick ? 1 : 4); round += 1) {
        const { sessionId } = await school.openClass();
        const job: JoinJob = {
          kind: 'join',
          url: server.url,
          teacherToken: school.accessToken(school.teacher),
          tokens: school.students.slice(0, people).map((person) => school.accessToken(person)),
          sessionId,
        };
        say(round === 0 ? 'warm-up' : `round ${round}`);
        rounds.push({ round, server: 'lectern', ...(await runLoad(job, server)) });
      }
    } finally {
      await server.stop();
    }
    const measured = rounds.slice(1);
    const table = new RoundTable(measured, ['lectern']);
    const failed = measured.flatMap(({ outcome }) => outcome.failed);
    return {
      columns: table.columns,
      rows: [
        table.row('one person in: p50', 'ms', ({ outcome }) => outcome.person.p50),
        table.row('one person in: p99', 'ms', ({ outcome }) => outcome.person.p99),
        table.row('all in', 'ms', ({ outcome }) => outcome.allMs),
        ...joinSteps.map((step) =>
          table.row(`  ${step}: p50`, 'ms', ({ outcome }) => outcome.steps[step].p50),
        ),
        table.row('people who did not get in', '', ({ outcome }) => outcome.failed.length),
        ...usageRows(table),
      ],
      verdicts: [
        { target: 'everybody gets in', value: `${failed.length} did not`, met: failed.length === 0 },
      ],
      notes: [...[...new Set(failed)].slice(0, 3), ...healthNotes(measured)],
      lost: false,
      rounds,
    };
  },
};
