import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { spread } from '../measure/figures.ts';
import { watchHealth } from './health.ts';
import type { ChatJob, ChatOutcome } from './jobs.ts';
import { LiveSocket } from './live-socket.ts';
import type { Phases } from './phases.ts';

const drainMs = 5000;
/** Arrivals at a time: this scenario is not about the door. */
const atOnce = 10;

async function enter(job: ChatJob): Promise<LiveSocket[]> {
  const sockets: LiveSocket[] = [];
  for (let first = 0; first < job.tokens.length; first += atOnce) {
    const arriving = job.tokens.slice(first, first + atOnce).map(async (token) => {
      const socket = await LiveSocket.connect(job.url, token);
      await socket.call('join', { sessionId: job.sessionId });
      return socket;
    });
    sockets.push(...(await Promise.all(arriving)));
  }
  return sockets;
}

/** A class chats: how long from sending a line until each socket has it, the sender's own among them. */
export async function chatLoad(job: ChatJob, phases: Phases): Promise<ChatOutcome> {
  const sockets = await enter(job);
  /** Measured lines by key; those of the warm-up are not in it. */
  const sentAt = new Map<string, number>();
  const received: number[] = [];
  const acknowledged: number[] = [];
  let refused = 0;
  for (const { socket } of sockets) {
    socket.on('chat.sent', ({ key }: { key: string }) => {
      const at = sentAt.get(key);
      if (at !== undefined) received.push(performance.now() - at);
    });
  }

  const startedAt = performance.now();
  const window = { from: startedAt + job.warmUpMs, to: startedAt + job.warmUpMs + job.measureMs };
  const everyMs = 1000 / job.messagesPerSecond;
  let nextAt = startedAt;
  let turn = 0;

  async function say(sender: LiveSocket): Promise<void> {
    const key = randomUUID();
    const at = performance.now();
    const isMeasured = at >= window.from && at < window.to;
    if (isMeasured) sentAt.set(key, at);
    try {
      await sender.call('chat.send', { key, text: 'What do plants breathe at night, and who has seen it?' });
      if (isMeasured) acknowledged.push(performance.now() - at);
    } catch {
      refused += 1;
    }
  }

  const timer = setInterval(() => {
    for (; nextAt <= performance.now() && nextAt < window.to; nextAt += everyMs) {
      // Everybody in turn: Lectern limits how fast one person may talk.
      void say(sockets[turn % sockets.length] as LiveSocket);
      turn += 1;
    }
  }, 2);
  await delay(job.warmUpMs);
  phases.begin();
  const health = watchHealth();
  await delay(window.to - performance.now());
  phases.end();
  const stillWell = health();
  clearInterval(timer);
  const expected = sentAt.size * sockets.length;
  const deadline = performance.now() + drainMs;
  while (performance.now() < deadline && received.length < expected) await delay(20);
  for (const socket of sockets) socket.close();
  return {
    received: spread(received),
    acknowledged: spread(acknowledged),
    sent: sentAt.size,
    deliveries: received.length,
    expected,
    refused,
    health: stillWell,
  };
}
