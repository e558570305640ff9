import type { MediaReason, MediaStatus } from '../shared/media/contract.ts';

const steps: Partial<Record<MediaReason, string>> = {
  searching: 'looking for the media worker',
  waiting: 'waiting for another Lectern on this machine that is getting the media worker',
  downloading: 'downloading the media worker',
  compiling: 'building the media worker, 2 to 6 minutes once per machine',
};
/** How much further the work is before that is worth a line. */
const stepPercent = 10;

/**
 * Says in the terminal how audio and video stand, whenever that changed: each step of getting them, every tenth of a
 * long one, why there are none, and that they are there after all.
 */
export function createMediaTeller(
  say: (text: string) => void,
): (now: MediaStatus, detail: string | null) => void {
  let before = '';
  return ({ state, reason, percent }, detail) => {
    const tenth = percent === null ? null : Math.floor(percent / stepPercent) * stepPercent;
    const text = lineFor(state, reason, tenth, detail);
    if (text === before) return;
    before = text;
    say(text);
  };
}

function lineFor(
  state: MediaStatus['state'],
  reason: MediaReason | null,
  percent: number | null,
  detail: string | null,
): string {
  switch (state) {
    case 'ready':
      return 'Audio and video are ready.';
    case 'failed':
      return `There is no audio and video, everything else works: ${detail ?? reason ?? 'the media worker failed'}`;
    case 'building': {
      const step = reason === null ? undefined : steps[reason];
      if (!step)
        return 'Audio and video are being prepared in the background: seconds, or up to ten minutes the first time.';
      return `Audio and video: ${step}${percent === null ? '' : ` (${percent} %)`}.`;
    }
    default:
      return state satisfies never;
  }
}
