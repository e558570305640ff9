import type { MediaQuality } from './media-types.ts';

/** Whose pictures are given up so that sound and slides get through: nobody's, all but the teachers' and the screens, all but the screens. */
export type Saving = 'none' | 'others' | 'cameras';

const steps: readonly Saving[] = ['none', 'others', 'cameras'];
/** Ratings in a row, one every three seconds, that are no passing trouble. */
const patience = 2;
/** How long it must go well before a step is taken back, in milliseconds. */
const firstWait = 15_000;
const longestWait = 120_000;
/** Worse again so soon after a step back means that the step was too much. */
const relapse = 30_000;

/**
 * Gives up pictures step by step while the connection is poor and takes them back slowly, more slowly each time that was
 * too early: a picture that comes and goes is worse than none. Pure: the time is passed in.
 */
export function createSaving(): { next(strain: MediaQuality, now: number): Saving } {
  let step = 0;
  let bad = 0;
  let goodSince: number | null = null;
  let takenBack = -Infinity;
  let wait = firstWait;

  const worse = (now: number): void => {
    goodSince = null;
    bad += 1;
    if (bad < patience || step === steps.length - 1) return;
    bad = 0;
    step += 1;
    if (now - takenBack < relapse) wait = Math.min(wait * 2, longestWait);
  };
  const better = (now: number): void => {
    bad = 0;
    goodSince ??= now;
    if (step === 0 || now - goodSince < wait) return;
    step -= 1;
    takenBack = now;
    goodSince = now;
  };

  return {
    next(strain, now) {
      if (strain === 'poor' || strain === 'lost') worse(now);
      else better(now);
      if (step === 0 && goodSince !== null && now - goodSince >= longestWait) wait = firstWait;
      return steps[step] ?? 'none';
    },
  };
}
