import { spread } from '../measure/figures.ts';
import { watchHealth } from './health.ts';
import type { SignInJob, SignInOutcome } from './jobs.ts';
import type { Phases } from './phases.ts';

async function signIn(job: SignInJob, email: string): Promise<void> {
  const response = await fetch(`${job.url}/api/v1/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: job.password }),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text.slice(0, 200)}`);
}

/** First lesson of the day: everybody signs in at the same moment. */
export async function signInLoad(job: SignInJob, phases: Phases): Promise<SignInOutcome> {
  const took: number[] = [];
  phases.begin();
  const health = watchHealth();
  const startedAt = performance.now();
  const outcomes = await Promise.allSettled(
    job.emails.map(async (email) => {
      await signIn(job, email);
      took.push(performance.now() - startedAt);
    }),
  );
  const allMs = performance.now() - startedAt;
  phases.end();
  const failed = outcomes.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
  return { person: spread(took), allMs, failed, health: health() };
}
