import { setTimeout as delay } from 'node:timers/promises';
import * as Y from 'yjs';
import { marksIn, markText } from '../load/marks.ts';
import { NoteSocket } from '../load/note-socket.ts';
import type { ScenarioResult } from '../measure/figures.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { LecternServer } from '../servers/lectern.ts';

const writers = 20;
const everyMs = 20;

/** Somebody who types, and what the server said about it. */
interface Writer {
  socket: NoteSocket;
  /** The marks of each sync frame, in the order they were sent. */
  frames: string[][];
  typed: string[];
}

interface Outcome {
  round: number;
  killedAfterMs: number;
  typed: number;
  acknowledged: number;
  /** Acknowledged, and not in the note after the restart. */
  missing: number;
  /** In the note more than once, right after the restart or after half of the writers came back. */
  doubled: number;
  /** Typed by those who came back, and not in the note then. */
  notRestored: number;
  restartMs: number;
}

const keyOf = (text: string): string => text.slice(1, 11);

async function open(url: string): Promise<Writer> {
  const socket = new NoteSocket({ url, dialect: 'lectern' });
  await socket.until(() => socket.synced && socket.sent > 0, 'synced');
  // The frame that answered the server's question held nothing yet.
  return { socket, frames: Array.from({ length: socket.sent }, () => []), typed: [] };
}

function type(writer: Writer, index: number): void {
  const text = markText({ writer: index, index: writer.typed.length, at: 0 });
  const frame = writer.socket.sent;
  writer.socket.type(text);
  // After the connection is lost, nothing is sent any more.
  if (writer.socket.sent > frame) writer.frames[frame] = [keyOf(text)];
  writer.typed.push(keyOf(text));
}

const acknowledgedBy = ({ socket, frames }: Writer): string[] => frames.slice(0, socket.acknowledged).flat();

/** The note as somebody sees it who was not there before: how often each mark stands in it. */
async function readNote(url: string): Promise<Map<string, number>> {
  const reader = new NoteSocket({ url, dialect: 'lectern', applies: true, doc: new Y.Doc() });
  await reader.until(() => reader.synced, 'synced');
  const counts = new Map<string, number>();
  for (const mark of marksIn(reader.doc.getText('text').toJSON())) {
    const key = keyOf(markText(mark));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  reader.close();
  return counts;
}

const doubles = (counts: Map<string, number>): number =>
  [...counts.values()].filter((count) => count > 1).length;

/** A tab that was left open comes back and offers what it has. */
async function comeBack(writer: Writer, url: string): Promise<void> {
  const socket = new NoteSocket({ url, dialect: 'lectern', doc: writer.socket.doc });
  await socket.until(() => socket.synced && socket.sent > 0 && socket.acknowledged === socket.sent, 'stored');
  socket.close();
}

async function playRound({ school }: Bench, server: LecternServer, round: number): Promise<Outcome> {
  const { noteId } = await school.openClass(writers + 1);
  const url = (index: number): string => school.noteUrl(server.url, school.students[index]!, noteId);
  const people = await Promise.all(Array.from({ length: writers }, (_, index) => open(url(index))));
  const timer = setInterval(() => people.forEach(type), everyMs);
  const killedAfterMs = Math.round(300 + Math.random() * 1200);
  await delay(killedAfterMs);
  await server.kill();
  // What had reached this machine before the kill is still read: it counts as told.
  await Promise.all(people.map(({ socket }) => socket.until(() => socket.isOver, 'cut')));
  clearInterval(timer);

  const restartedAt = performance.now();
  await server.start();
  const restartMs = Math.round(performance.now() - restartedAt);
  const after = await readNote(url(writers));
  const acknowledged = people.flatMap(acknowledgedBy);
  const back = people.slice(0, writers / 2);
  await Promise.all(back.map((writer, index) => comeBack(writer, url(index))));
  const restored = await readNote(url(writers));
  return {
    round,
    killedAfterMs,
    typed: people.reduce((sum, { typed }) => sum + typed.length, 0),
    acknowledged: acknowledged.length,
    missing: acknowledged.filter((key) => !after.has(key) || !restored.has(key)).length,
    doubled: Math.max(doubles(after), doubles(restored)),
    notRestored: back.flatMap(({ typed }) => typed).filter((key) => !restored.has(key)).length,
    restartMs,
  };
}

export const notesKills: Scenario = {
  name: 'notes-kills',
  title: `kill -9 while ${writers} people type: what was acknowledged must be there, once`,
  async run(bench): Promise<ScenarioResult> {
    const rounds: Outcome[] = [];
    const server = await LecternServer.start(bench.database);
    try {
      for (let round = 1; round <= (bench.quick ? 3 : 20); round += 1) {
        const outcome = await playRound(bench, server, round);
        bench.say(
          `round ${round}: ${outcome.acknowledged} acknowledged, ${outcome.missing} missing, ${outcome.doubled} doubled`,
        );
        rounds.push(outcome);
      }
    } finally {
      await server.stop();
    }
    const sum = (pick: (outcome: Outcome) => number): number =>
      rounds.reduce((total, one) => total + pick(one), 0);
    const [missing, doubled, notRestored] = [
      sum((one) => one.missing),
      sum((one) => one.doubled),
      sum((one) => one.notRestored),
    ];
    return {
      columns: ['lectern'],
      rows: [
        { label: 'kills', unit: '', cells: [rounds.length] },
        { label: 'edits typed', unit: '', cells: [sum((one) => one.typed)] },
        { label: 'edits acknowledged before the kill', unit: '', cells: [sum((one) => one.acknowledged)] },
        { label: 'acknowledged and missing', unit: '', cells: [missing] },
        { label: 'doubled', unit: '', cells: [doubled] },
        { label: 'of writers who came back, missing', unit: '', cells: [notRestored] },
        {
          label: 'restart until ready, slowest',
          unit: 'ms',
          cells: [Math.max(...rounds.map((one) => one.restartMs))],
        },
      ],
      verdicts: [
        {
          target: `0 acknowledged edits lost in ${rounds.length} kills`,
          value: `${missing} lost`,
          met: missing === 0,
        },
        { target: 'no edit doubled', value: `${doubled} doubled`, met: doubled === 0 },
      ],
      notes: [
        'the server is killed, its database is not; a reader opens the note before any writer comes back',
      ],
      lost: missing > 0 || doubled > 0 || notRestored > 0,
      rounds,
    };
  },
};
