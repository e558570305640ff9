import type { Socket as NetSocket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signIn } from '../support/actors.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { createSchool } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import { LiveSocket } from '../support/socket.ts';
import type { Received } from '../support/socket.ts';

let app: TestApp;
let school: School;
beforeAll(async () => {
  app = await startTestApp();
  school = await createSchool(app.databaseUrl, { students: 1 });
});
afterAll(() => app.destroy());

/** The TCP connection below a Socket.IO client. */
function wireOf(client: LiveSocket): NetSocket {
  const { transport } = client.socket.io.engine as unknown as { transport: { ws: { _socket: NetSocket } } };
  return transport.ws._socket;
}

it('[LV26] a reader that stands still is dropped facts, told to resync, and misses nothing in the end', async () => {
  const { sessionId } = school;
  const [quick, slow] = (await Promise.all(
    ['teacher', 'student1'].map(async (name) =>
      LiveSocket.connect(app.url, (await signIn(app.url, `${name}@test.lectern`)).accessToken),
    ),
  )) as [LiveSocket, LiveSocket];
  await quick.join(sessionId);
  const { seq } = await slow.join(sessionId);
  await quick.fact('participant.joined', (fact) => fact['userId'] === school.studentIds[0]);
  wireOf(slow).pause();
  // Large facts, so that the kernel's own buffers fill up and the server's queue begins to count.
  const padding = 'x'.repeat(16_000);
  const batches = 15;
  for (let batch = 0; batch < batches; batch += 1) {
    const facts = Array.from({ length: 60 }, (_, n) => ({
      type: 'media.producer.removed',
      producerId: `${batch}-${n}-${padding}`,
      userId: school.teacherId,
    }));
    await app.live.emitMedia(sessionId, facts);
  }
  const last = seq + batches * 60;
  await quick.until(
    () => quick.facts.find((fact) => fact.seq === last),
    'last fact at the quick reader',
    60_000,
  );
  for (const quality of ['fair', 'poor']) await quick.call('quality.report', { quality });
  wireOf(slow).resume();
  await slow.fact('resync');
  expect(slow.received.filter(({ type }) => type === 'quality.changed')).toEqual([
    { type: 'quality.changed', userId: school.teacherId, quality: 'poor' },
  ]);
  const seen = slow.facts.map((fact) => fact.seq as number).filter((n) => n > seq);
  expect(seen.length).toBeLessThan(batches * 60);
  expect(seen).toEqual(seen.map((_, n) => seq + 1 + n));
  const missed = await slow.call<{ facts: Received[] }>('resume', { after: seen.at(-1) ?? seq });
  expect([...seen, ...missed.facts.map((fact) => fact.seq)]).toEqual(
    Array.from({ length: batches * 60 }, (_, n) => seq + 1 + n),
  );
  quick.close();
  slow.close();
}, 90_000);
