import { spread } from '../measure/figures.ts';
import { watchHealth } from './health.ts';
import { joinSteps } from './jobs.ts';
import type { JoinJob, JoinOutcome, JoinStep } from './jobs.ts';
import { LiveSocket } from './live-socket.ts';
import type { Phases } from './phases.ts';

type Parameters = Record<string, unknown>;

/** A fingerprint of the right shape: signalling checks no more, and no packet follows. */
const dtlsParameters = {
  role: 'client',
  fingerprints: [{ algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'A0').join(':') }],
};

/** A camera as a browser would describe it, in one layer. */
const camera = {
  mid: '0',
  codecs: [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000, parameters: {}, rtcpFeedback: [] }],
  headerExtensions: [],
  encodings: [{ ssrc: 22_222_222 }],
  rtcp: { cname: 'bench' },
};

/** @returns the stream that everybody will ask for, and who sends it. */
async function teach(job: JoinJob): Promise<{ teacher: LiveSocket; producerId: string }> {
  const teacher = await LiveSocket.connect(job.url, job.teacherToken);
  await teacher.call('join', { sessionId: job.sessionId });
  const transport = await teacher.call<{ id: string }>('media.transport.create', { direction: 'send' });
  const { producerId } = await teacher.call<{ producerId: string }>('media.produce', {
    transportId: transport.id,
    kind: 'video',
    rtpParameters: camera,
    source: 'camera',
  });
  return { teacher, producerId };
}

/** Everything a browser asks for until it may receive the teacher's picture, in a browser's order. */
async function arrive(
  job: JoinJob,
  token: string,
  producerId: string,
  took: (step: JoinStep, milliseconds: number) => void,
): Promise<LiveSocket> {
  const step = async <T>(name: JoinStep, work: Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    const result = await work;
    took(name, performance.now() - startedAt);
    return result;
  };
  const socket = await step('connect', LiveSocket.connect(job.url, token));
  const create = (direction: 'send' | 'recv') =>
    socket.call<{ id: string }>('media.transport.create', { direction });
  const connect = (transportId: string) =>
    socket.call('media.transport.connect', { transportId, dtlsParameters });
  await step('join', socket.call('join', { sessionId: job.sessionId }));
  const { routerRtpCapabilities } = await step(
    'capabilities',
    socket.call<{ routerRtpCapabilities: Parameters }>('media.capabilities', {}),
  );
  const transports = await step('transports', Promise.all([create('send'), create('recv')]));
  await step('dtls', Promise.all(transports.map(({ id }) => connect(id))));
  const consumer = await step(
    'consume',
    socket.call<{ id: string }>('media.consume', { producerId, rtpCapabilities: routerRtpCapabilities }),
  );
  await step('resume', socket.call('media.consumer.resume', { consumerId: consumer.id }));
  return socket;
}

/** The bell rings: everybody comes in at the same moment. Sign-in lies before. */
export async function joinLoad(job: JoinJob, phases: Phases): Promise<JoinOutcome> {
  const { teacher, producerId } = await teach(job);
  const steps = Object.fromEntries(joinSteps.map((step) => [step, [] as number[]])) as Record<
    JoinStep,
    number[]
  >;
  const people: number[] = [];
  const failed: string[] = [];
  phases.begin();
  const health = watchHealth();
  const startedAt = performance.now();
  const arrivals = job.tokens.map(async (token) => {
    const socket = await arrive(job, token, producerId, (step, milliseconds) =>
      steps[step].push(milliseconds),
    );
    people.push(performance.now() - startedAt);
    return socket;
  });
  const outcomes = await Promise.allSettled(arrivals);
  const allMs = performance.now() - startedAt;
  phases.end();
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') outcome.value.close();
    else failed.push(String(outcome.reason));
  }
  teacher.close();
  return {
    person: spread(people),
    steps: Object.fromEntries(joinSteps.map((step) => [step, spread(steps[step])])) as JoinOutcome['steps'],
    allMs,
    failed,
    health: health(),
  };
}
