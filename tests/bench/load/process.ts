import { chatLoad } from './chat.ts';
import type { Job, LoadMessage, Outcomes } from './jobs.ts';
import { eventsLoad } from './events.ts';
import { joinLoad } from './join.ts';
import { notesLoad } from './notes.ts';
import { openLoad } from './open.ts';
import type { Phases } from './phases.ts';
import { signInLoad } from './sign-in.ts';

/** Generates load in a process of its own: takes one job over IPC, tells its phases and its outcome, and ends. */

const tell = (message: LoadMessage): Promise<void> =>
  new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));

const phases: Phases = {
  begin: () => void tell({ type: 'begin' }),
  end: () => void tell({ type: 'end' }),
};

function work(job: Job): Promise<Outcomes[Job['kind']]> {
  switch (job.kind) {
    case 'notes':
      return notesLoad(job, phases);
    case 'chat':
      return chatLoad(job, phases);
    case 'join':
      return joinLoad(job, phases);
    case 'signIn':
      return signInLoad(job, phases);
    case 'events':
      return eventsLoad(job, phases);
    case 'open':
      return openLoad(job, phases);
  }
}

process.once('message', async (job: Job) => {
  try {
    await tell({ type: 'done', outcome: await work(job) });
  } catch (error) {
    await tell({
      type: 'failed',
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
  process.exit(0);
});
process.once('disconnect', () => process.exit(1));
