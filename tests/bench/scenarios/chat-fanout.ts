import type { ChatJob, ChatOutcome } from '../load/jobs.ts';
import { runLoad } from '../load/run-load.ts';
import type { ScenarioResult, Verdict } from '../measure/figures.ts';
import { median } from '../measure/figures.ts';
import { healthNotes, RoundTable, usageRows } from '../measure/rounds.ts';
import type { Round } from '../measure/rounds.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { LecternServer } from '../servers/lectern.ts';
import { startPeer } from '../servers/peer.ts';

const sockets = 200;
const messagesPerSecond = 20;
const servers = ['lectern', 'socket-io'] as const;

async function playRound(
  bench: Bench,
  name: (typeof servers)[number],
  round: number,
): Promise<Round<ChatOutcome>> {
  const { school, database, quick } = bench;
  const { sessionId } = await school.openClass();
  const server = name === 'lectern' ? await LecternServer.start(database) : await startPeer(name);
  try {
    const job: ChatJob = {
      kind: 'chat',
      url: server.url,
      tokens: school.students.slice(0, sockets).map((person) => school.accessToken(person)),
      sessionId,
      messagesPerSecond,
      warmUpMs: quick ? 1000 : 3000,
      measureMs: quick ? 3000 : 15_000,
    };
    return { round, server: name, ...(await runLoad(job, server)) };
  } finally {
    await server.stop();
  }
}

function verdicts(rounds: readonly Round<ChatOutcome>[]): Verdict[] {
  const of = (server: string): Round<ChatOutcome>[] => rounds.filter((round) => round.server === server);
  const ratio = Math.min(...of('lectern').map(({ outcome }) => outcome.deliveries / outcome.expected));
  const differences = of('lectern').map((ours) => {
    const theirs = of('socket-io').find(({ round }) => round === ours.round);
    return ours.outcome.received.p99 - (theirs?.outcome.received.p99 ?? Number.NaN);
  });
  const difference = median(differences);
  return [
    { target: 'deliveries at least 0.99 in every round', value: ratio.toFixed(4), met: ratio >= 0.99 },
    {
      target: 'p99 at most 15 ms above raw Socket.IO',
      value: `${difference.toFixed(1)} ms above (median of the rounds)`,
      met: difference <= 15,
    },
  ];
}

export const chatFanout: Scenario = {
  name: 'chat-fanout',
  title: `${messagesPerSecond} chat lines a second to ${sockets} sockets in one class, each committed before it is relayed`,
  async run(bench): Promise<ScenarioResult> {
    const rounds: Round<ChatOutcome>[] = [];
    for (let round = 1; round <= (bench.quick ? 1 : 3); round += 1) {
      for (const name of servers) {
        bench.say(`round ${round}: ${name}`);
        rounds.push(await playRound(bench, name, round));
      }
    }
    const table = new RoundTable(rounds, servers);
    const refused = rounds.reduce((sum, { outcome }) => sum + outcome.refused, 0);
    return {
      columns: table.columns,
      rows: [
        table.row('sent, received: p50', 'ms', ({ outcome }) => outcome.received.p50),
        table.row('sent, received: p99', 'ms', ({ outcome }) => outcome.received.p99),
        table.row('sent, received: slowest', 'ms', ({ outcome }) => outcome.received.max),
        table.row('sent, acknowledged: p50', 'ms', ({ outcome }) => outcome.acknowledged.p50),
        table.row('sent, acknowledged: p99', 'ms', ({ outcome }) => outcome.acknowledged.p99),
        table.row('deliveries made of those due', '', ({ outcome }) => outcome.deliveries / outcome.expected),
        ...usageRows(table),
      ],
      verdicts: verdicts(rounds),
      notes: [
        'Socket.IO relays at once and keeps nothing; Lectern’s line is in PostgreSQL (fsync on) before anybody gets it',
        ...(refused > 0 ? [`${refused} lines were refused`] : []),
        ...healthNotes(rounds),
      ],
      lost: false,
      rounds,
    };
  },
};
