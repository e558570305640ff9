import { hash, verify } from '@node-rs/argon2';
import { password } from '../../support/factories.ts';
import type { SignInJob, SignInOutcome } from '../load/jobs.ts';
import { runLoad } from '../load/run-load.ts';
import type { ScenarioResult } from '../measure/figures.ts';
import { healthNotes, RoundTable, usageRows } from '../measure/rounds.ts';
import type { Round } from '../measure/rounds.ts';
import type { Scenario } from '../scenario.ts';
import { LecternServer } from '../servers/lectern.ts';

const people = 200;

/** The peer of this scenario: the same number of the same hashes, checked by nobody and for nothing. */
async function hashesAlone(): Promise<number> {
  const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
  const stored = await hash(password, cost);
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: people }, () => verify(stored, password)));
  return performance.now() - startedAt;
}

export const signInBurst: Scenario = {
  name: 'sign-in-burst',
  title: `${people} people sign in with a password at the same moment`,
  async run({ database, school, quick, say }): Promise<ScenarioResult> {
    const rounds: Round<SignInOutcome & { hashesMs: number }>[] = [];
    const server = await LecternServer.start(database);
    try {
      const emails = school.students.slice(0, people).map(({ email }) => email);
      // The limit of sign-ins per address and minute allows three rounds.
      for (let round = 0; round <= (quick ? 1 : 2); round += 1) {
        const hashesMs = await hashesAlone();
        const job: SignInJob = { kind: 'signIn', url: server.url, emails, password };
        say(round === 0 ? 'warm-up' : `round ${round}`);
        const { outcome, use } = await runLoad(job, server);
        rounds.push({ round, server: 'lectern', outcome: { ...outcome, hashesMs }, use });
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
        table.row('their password hashes alone', 'ms', ({ outcome }) => outcome.hashesMs),
        table.row(
          'all in, in times of the hashes alone',
          '',
          ({ outcome }) => outcome.allMs / outcome.hashesMs,
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
