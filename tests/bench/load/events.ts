import { randomUUID } from 'node:crypto';
import { spread } from '../measure/figures.ts';
import type { Spread } from '../measure/figures.ts';
import { watchHealth } from './health.ts';
import type { EventsJob, EventsOutcome } from './jobs.ts';
import { LiveSocket } from './live-socket.ts';
import type { Phases } from './phases.ts';

/** One event at a time, from each socket in turn: the time of an answer with nothing else to do. */
export async function eventsLoad(job: EventsJob, phases: Phases): Promise<EventsOutcome> {
  const sockets = await Promise.all(job.tokens.map((token) => LiveSocket.connect(job.url, token)));
  for (const socket of sockets) await socket.call('join', { sessionId: job.sessionId });
  const inTurn = async (rounds: number, event: string, input: () => object): Promise<Spread> => {
    const took: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      for (const socket of sockets) {
        const startedAt = performance.now();
        await socket.call(event, input());
        took.push(performance.now() - startedAt);
      }
    }
    return spread(took);
  };
  phases.begin();
  const health = watchHealth();
  const reactions = await inTurn(job.reactionsPerSocket, 'reaction.send', () => ({ reaction: '👍' }));
  const lines = await inTurn(job.linesPerSocket, 'chat.send', () => ({
    key: randomUUID(),
    text: 'What is the homework?',
  }));
  phases.end();
  const outcome = { reactions, lines, health: health() };
  for (const socket of sockets) socket.close();
  return outcome;
}
