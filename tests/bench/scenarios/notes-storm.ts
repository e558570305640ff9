import type { Dialect, NotesJob, NotesOutcome } from '../load/jobs.ts';
import { runLoad } from '../load/run-load.ts';
import type { ScenarioResult, Verdict } from '../measure/figures.ts';
import { healthNotes, RoundTable, usageRows } from '../measure/rounds.ts';
import type { Round } from '../measure/rounds.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { LecternServer } from '../servers/lectern.ts';
import { startPeer } from '../servers/peer.ts';
import type { Server } from '../servers/server.ts';

const writers = 60;
const updatesPerSecond = 10;
const dialects: Dialect[] = ['lectern', 'y-websocket', 'hocuspocus'];

interface Stage {
  server: Server;
  urls: string[];
  documentName: string;
}

/** A fresh server and a fresh note for each round, so that no round pays for the one before. */
async function setStage({ database, school }: Bench, dialect: Dialect, round: number): Promise<Stage> {
  const documentName = `note-${round}`;
  if (dialect === 'lectern') {
    const { noteId } = await school.openClass(writers);
    const server = await LecternServer.start(database);
    const people = school.students.slice(0, writers);
    return { server, documentName, urls: people.map((person) => school.noteUrl(server.url, person, noteId)) };
  }
  const server = await startPeer(dialect);
  const url = `${server.url.replace(/^http/, 'ws')}/${documentName}`;
  return { server, documentName, urls: Array.from({ length: writers }, () => url) };
}

async function playRound(bench: Bench, dialect: Dialect, round: number): Promise<Round<NotesOutcome>> {
  const { server, ...where } = await setStage(bench, dialect, round);
  try {
    const job: NotesJob = {
      kind: 'notes',
      dialect,
      ...where,
      updatesPerSecond,
      warmUpMs: bench.quick ? 1000 : 3000,
      measureMs: bench.quick ? 3000 : 10_000,
    };
    return { round, server: dialect, ...(await runLoad(job, server)) };
  } finally {
    await server.stop();
  }
}

function verdicts(table: RoundTable<NotesOutcome>): Verdict[] {
  const ours = table.middle('lectern', ({ outcome }) => outcome.seen.p99) ?? Number.NaN;
  const theirs = table.middle('y-websocket', ({ outcome }) => outcome.seen.p99) ?? Number.NaN;
  const ratio = table.ratio('y-websocket', ({ outcome }) => outcome.seen.p99) ?? Number.NaN;
  return [
    {
      // The ratio of each round, not of the medians: both servers of a round had the same minute of the machine.
      target: 'seen p99 no later than y-websocket’s, by the median of the rounds’ ratios',
      value: `theirs is ${ratio.toFixed(2)} times ours (medians ${ours.toFixed(1)} ms against ${theirs.toFixed(1)} ms)`,
      met: ratio >= 1,
    },
  ];
}

export const notesStorm: Scenario = {
  name: 'notes-storm',
  title: `${writers} people type ${updatesPerSecond} edits a second each into one note`,
  async run(bench): Promise<ScenarioResult> {
    const rounds: Round<NotesOutcome>[] = [];
    for (let round = 1; round <= (bench.quick ? 1 : 5); round += 1) {
      for (const dialect of dialects) {
        bench.say(`round ${round}: ${dialect}`);
        rounds.push(await playRound(bench, dialect, round));
      }
    }
    const table = new RoundTable(rounds, dialects);
    return {
      columns: table.columns,
      rows: [
        table.row('written, seen by another: p50', 'ms', ({ outcome }) => outcome.seen.p50),
        table.row('written, seen by another: p99', 'ms', ({ outcome }) => outcome.seen.p99),
        table.row('written, seen by another: slowest', 'ms', ({ outcome }) => outcome.seen.max),
        table.row('written, acknowledged: p50', 'ms', ({ outcome }) => outcome.acknowledged?.p50 ?? null),
        table.row('written, acknowledged: p99', 'ms', ({ outcome }) => outcome.acknowledged?.p99 ?? null),
        table.row('deliveries made of those due', '', ({ outcome }) => outcome.deliveries / outcome.expected),
        table.row(
          'frames for them, per second',
          '',
          ({ outcome }) => outcome.frames / (bench.quick ? 3 : 10),
        ),
        ...usageRows(table),
      ],
      verdicts: verdicts(table),
      notes: [
        'acknowledged: by Lectern after the commit (fsync on), by Hocuspocus from memory, by y-websocket never; only Lectern stores anything here',
        ...healthNotes(rounds),
      ],
      lost: false,
      rounds,
    };
  },
};
