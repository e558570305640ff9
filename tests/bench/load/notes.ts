import { setTimeout as delay } from 'node:timers/promises';
import { spread } from '../measure/figures.ts';
import { watchHealth } from './health.ts';
import type { NotesJob, NotesOutcome } from './jobs.ts';
import { MarkReader, markText } from './marks.ts';
import { NoteSocket } from './note-socket.ts';
import type { Phases } from './phases.ts';

/** How long the last edits may travel after nobody writes any more. */
const drainMs = 5000;

/** One writer and what it has seen of the others. */
interface Writer {
  socket: NoteSocket;
  nextAt: number;
  written: number;
  /** When each sync frame of this connection was sent; 0 where it was no measured edit. */
  frames: number[];
  acknowledged: number;
  /** Of each other writer, the index of the last edit seen. */
  last: Int32Array;
}

/** Sixty people type into one note: how long until each sees what each other wrote, and until it is kept. */
export async function notesLoad(job: NotesJob, phases: Phases): Promise<NotesOutcome> {
  const seen: number[] = [];
  const acknowledged: number[] = [];
  const reader = new MarkReader();
  let frames = 0;
  let deliveries = 0;
  let written = 0;
  let window = { from: Infinity, to: Infinity };
  const isMeasured = (at: number): boolean => at >= window.from && at < window.to;

  const writers = job.urls.map((url, index): Writer => {
    const socket = new NoteSocket({ url, dialect: job.dialect, documentName: job.documentName });
    const writer: Writer = {
      socket,
      nextAt: 0,
      written: 0,
      frames: [],
      acknowledged: 0,
      last: new Int32Array(job.urls.length).fill(-1),
    };
    socket.onFrame = (bytes) => {
      const now = performance.now();
      if (isMeasured(now)) frames += 1;
      for (const mark of reader.read(bytes)) {
        // Some servers send a writer's own edit back among others; and an edit counts once.
        if (mark.writer === index || mark.index <= (writer.last[mark.writer] as number)) continue;
        writer.last[mark.writer] = mark.index;
        if (!isMeasured(mark.at)) continue;
        deliveries += 1;
        seen.push(now - mark.at);
      }
    };
    socket.onAcknowledged = (count) => {
      const now = performance.now();
      for (; writer.acknowledged < count; writer.acknowledged += 1) {
        const at = writer.frames[writer.acknowledged] ?? 0;
        if (isMeasured(at)) acknowledged.push(now - at);
      }
    };
    return writer;
  });
  await Promise.all(
    writers.map(({ socket }) => socket.until(() => socket.synced && socket.sent > 0, 'synced')),
  );

  const everyMs = 1000 / job.updatesPerSecond;
  const startedAt = performance.now();
  window = { from: startedAt + job.warmUpMs, to: startedAt + job.warmUpMs + job.measureMs };
  // Evenly spread, as people are; all at once would measure the burst, not the stream.
  writers.forEach((writer, index) => (writer.nextAt = startedAt + (index / writers.length) * everyMs));

  function typeDue(): void {
    const now = performance.now();
    for (const [index, writer] of writers.entries()) {
      while (writer.nextAt <= now && writer.nextAt < window.to) {
        // To a tenth of a millisecond, as the mark carries it.
        const at = Math.floor(performance.now() * 10) / 10;
        writer.frames[writer.socket.sent] = at;
        if (isMeasured(at)) written += 1;
        writer.socket.type(markText({ writer: index, index: writer.written, at }));
        writer.written += 1;
        writer.nextAt += everyMs;
      }
    }
  }

  const timer = setInterval(typeDue, 2);
  await delay(job.warmUpMs);
  phases.begin();
  const health = watchHealth();
  await delay(window.to - performance.now());
  phases.end();
  const stillWell = health();
  clearInterval(timer);
  const expected = written * (writers.length - 1);
  const deadline = performance.now() + drainMs;
  while (performance.now() < deadline && deliveries < expected) await delay(20);
  for (const { socket } of writers) socket.close();
  return {
    seen: spread(seen),
    acknowledged: acknowledged.length > 0 ? spread(acknowledged) : null,
    written,
    deliveries,
    expected,
    frames,
    health: stillWell,
  };
}
