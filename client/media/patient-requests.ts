import { interruption } from './failures.ts';
import type { MediaRequest } from './media-types.ts';

const patienceMs = 10_000;

/** Requests that always end: by their answer, by patience running out, or because the socket went away. */
export interface PatientRequests {
  request: MediaRequest;
  /** Ends what waits: no answer comes over a socket that is gone. */
  interrupt(): void;
}

/** An answer that never comes must not hold up everything behind it. */
export function createPatientRequests(ask: MediaRequest): PatientRequests {
  const waiting = new Set<() => void>();
  return {
    request: (event, input) =>
      new Promise((resolve, reject) => {
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(interrupted);
        };
        const interrupted = (): void => {
          done();
          reject(interruption(event));
        };
        const timer = setTimeout(() => {
          done();
          reject(new Error(`${event} was not answered.`));
        }, patienceMs);
        waiting.add(interrupted);
        ask(event, input).finally(done).then(resolve, reject);
      }),
    interrupt() {
      for (const interrupted of waiting) interrupted();
    },
  };
}
