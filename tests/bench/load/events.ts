import { randomUUID } from 'node:crypto';
import { spread } from '../measure/figures.ts';
import { watchHealth } from './health.ts';
import type { EventsJob, EventsOutcome } from './jobs.ts';
import { LiveSocket } from './live-socket.ts';
import type { Phases } from './phases.ts';

/** One event at a time, from each socket in turn: the time of an answer with nothing else to do. */
export async function eventsLoad(job: EventsJob, phases: Phases): Promise<EventsOutcome> {
  const sockets = await Promise.all(job.tokens.map((token) => LiveSocket.connect(job.url, token)));
  for (const socket of sockets) await socket.call('join', { sessionId: job.sessionId });
  const acknowledged: number[] = [];
  phases.begin();
  const health = watchHealth();
  for (let round = 0; round < job.eventsPerSocket; round += 1) {
    for (const socket of sockets) {
      const startedAt = performance.now();
      await socket.call('chat.send', { key: randomUUID(), text: 'What is the homework?' });
      acknowledged.push(performance.now() - startedAt);
    }
  }
  phases.end();
  const outcome = { acknowledged: spread(acknowledged), health: health() };
  for (const socket of sockets) socket.close();
  return outcome;
}
