import { samePin } from '../room/room-ui.ts';
import type { Pin } from '../room/room-ui.ts';
import type { StageState } from './use-stage.ts';

/**
 * What is large and what stands beside it: the pinned tile while it is there, else the first shared screen, else who
 * speaks. Every other screen heads the strip, so that none is hidden by another.
 */
export function arrangeStage(
  { people, screens, main }: StageState,
  pin: Pin | null,
): { main: Pin | null; strip: Pin[] } {
  const all: Pin[] = [
    ...screens.map((userId): Pin => ({ userId, source: 'screen' })),
    ...people.map(({ userId }): Pin => ({ userId, source: 'camera' })),
  ];
  const byItself = all.find(({ source, userId }) => source === 'screen' || userId === main) ?? null;
  const large = all.find((one) => samePin(one, pin)) ?? byItself;
  return { main: large, strip: all.filter((one) => one !== large) };
}

/** The part of the strip there is room for. Screens are all in it, and oneself: who is on camera wants to see what the others see. */
export function cutStrip(
  strip: readonly Pin[],
  meId: string,
  room: number,
): { shown: Pin[]; hidden: number } {
  const screens = strip.filter(({ source }) => source === 'screen');
  const self = strip.filter(({ source, userId }) => source === 'camera' && userId === meId);
  const others = strip.filter(({ source, userId }) => source === 'camera' && userId !== meId);
  const shown = [...screens, ...others.slice(0, room), ...self];
  return { shown, hidden: strip.length - shown.length };
}
