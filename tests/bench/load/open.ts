import * as Y from 'yjs';
import { spread } from '../measure/figures.ts';
import { watchHealth } from './health.ts';
import type { OpenJob, OpenOutcome } from './jobs.ts';
import { marksIn } from './marks.ts';
import { NoteSocket } from './note-socket.ts';
import type { Phases } from './phases.ts';

/** A class opens its long note: how long until each has all of it. Applying it to a document is not in the time. */
export async function openLoad(job: OpenJob, phases: Phases): Promise<OpenOutcome> {
  phases.begin();
  const health = watchHealth();
  const startedAt = performance.now();
  const times: number[] = [];
  const sockets = await Promise.all(
    job.urls.map(async (url) => {
      const socket = new NoteSocket({ url, dialect: 'lectern' });
      await socket.until(() => socket.synced, 'synced');
      times.push(performance.now() - startedAt);
      return socket;
    }),
  );
  const allMs = performance.now() - startedAt;
  phases.end();
  const stillWell = health();
  const reader = new NoteSocket({
    url: job.urls[0] as string,
    dialect: 'lectern',
    applies: true,
    doc: new Y.Doc(),
  });
  await reader.until(() => reader.synced, 'synced');
  const marks = marksIn(reader.doc.getText('text').toJSON()).length;
  for (const socket of [...sockets, reader]) socket.close();
  return {
    synced: spread(times),
    allMs,
    bytes: sockets[0]?.openingBytes ?? 0,
    marks,
    health: stillWell,
  };
}
