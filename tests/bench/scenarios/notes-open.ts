import * as Y from 'yjs';
import { sql } from '../../support/factories.ts';
import type { OpenJob, OpenOutcome } from '../load/jobs.ts';
import { markText } from '../load/marks.ts';
import { NoteSocket } from '../load/note-socket.ts';
import { runLoad } from '../load/run-load.ts';
import type { Measured } from '../load/run-load.ts';
import type { ScenarioResult } from '../measure/figures.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { LecternServer } from '../servers/lectern.ts';

const updates = 10_000;
const writers = 20;
const readers = 30;
/** In one go per writer: well below the burst that a socket may send. */
const chunk = 100;

type Case = 'typed, server restarted' | 'typed, server running' | 'log never compacted';

/** Types the note through the server, as a class would in an hour. */
async function typeNote({ school }: Bench, server: LecternServer, noteId: string): Promise<void> {
  const sockets = school.students
    .slice(0, writers)
    .map((person) => new NoteSocket({ url: school.noteUrl(server.url, person, noteId), dialect: 'lectern' }));
  await Promise.all(sockets.map((socket) => socket.until(() => socket.synced && socket.sent > 0, 'synced')));
  for (let index = 0; index < updates / writers; index += 1) {
    for (const [writer, socket] of sockets.entries()) socket.type(markText({ writer, index, at: 0 }));
    if (index % chunk < chunk - 1) continue;
    await Promise.all(
      sockets.map((socket) => socket.until(() => socket.acknowledged === socket.sent, 'stored')),
    );
  }
  for (const socket of sockets) socket.close();
}

/** The same note as rows of a log that nobody has compacted: the worst that the server may find. */
async function writeLog(bench: Bench, noteId: string): Promise<void> {
  const rows: Buffer[] = [];
  const docs = Array.from({ length: writers }, () => new Y.Doc());
  for (const doc of docs) doc.on('update', (update: Uint8Array) => rows.push(Buffer.from(update)));
  for (let index = 0; index < updates / writers; index += 1) {
    for (const [writer, doc] of docs.entries()) {
      const text = doc.getText('text');
      text.insert(text.length, markText({ writer, index, at: 0 }));
    }
  }
  await sql(
    bench.database.url,
    `with log as (
       insert into note_updates (document_id, seq, update_data)
       select $1, n, data from unnest($2::bytea[]) with ordinality as t (data, n) returning octet_length(update_data) as bytes
     ) update note_documents set last_seq = $3, size_bytes = (select sum(bytes) from log) where id = $1`,
    [noteId, rows, rows.length],
  );
}

export const notesOpen: Scenario = {
  name: 'notes-open',
  title: `${readers} people open a note of ${updates} edits at the same moment`,
  async run(bench): Promise<ScenarioResult> {
    const { school, database, say } = bench;
    const found = new Map<Case, Measured<'open'>>();
    const open = async (server: LecternServer, name: Case, noteId: string): Promise<void> => {
      say(name);
      const people = school.students.slice(0, readers);
      const job: OpenJob = {
        kind: 'open',
        urls: people.map((person) => school.noteUrl(server.url, person, noteId)),
        marks: updates,
      };
      found.set(name, await runLoad(job, server));
    };
    const { noteId } = await school.openClass(readers);
    const server = await LecternServer.start(database);
    try {
      say(`typing ${updates} edits`);
      await typeNote(bench, server, noteId);
      await server.stop();
      await server.start();
      await open(server, 'typed, server restarted', noteId);
      await open(server, 'typed, server running', noteId);
      const other = await school.openClass(readers);
      await writeLog(bench, other.noteId);
      await open(server, 'log never compacted', other.noteId);
    } finally {
      await server.stop();
    }
    return report([...found]);
  },
};

function report(found: [Case, Measured<'open'>][]): ScenarioResult {
  const row = (label: string, unit: string, pick: (outcome: OpenOutcome) => number) => ({
    label,
    unit,
    cells: found.map(([, { outcome }]) => pick(outcome)),
  });
  const complete = found.every(([, { outcome }]) => outcome.marks === updates);
  return {
    columns: found.map(([name]) => name),
    rows: [
      row('opened: p50', 'ms', ({ synced }) => synced.p50),
      row('opened: slowest', 'ms', ({ synced }) => synced.max),
      row('opening state', 'KiB', ({ bytes }) => bytes / 1024),
      row('edits in it', '', ({ marks }) => marks),
      {
        label: 'memory of the server before',
        unit: 'MiB',
        cells: found.map(([, { use }]) => use.rssBeforeMiB),
      },
      {
        label: 'memory of the server after',
        unit: 'MiB',
        cells: found.map(([, { use }]) => use.rssAfterMiB),
      },
      { label: 'CPU of the server', unit: 's', cells: found.map(([, { use }]) => use.cpuSeconds) },
      row('load generator: timers late, p99', 'ms', ({ health }) => health.loopDelay.p99),
    ],
    verdicts: [
      { target: 'every edit is in the note', value: complete ? 'all' : 'some are missing', met: complete },
    ],
    notes: [],
    lost: !complete,
    rounds: found.map(([name, measured]) => ({ case: name, ...measured })),
  };
}
