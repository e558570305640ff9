const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How many past classes of the last week there should be. */
const pastWanted = 3;
const laterWanted = 2;

/** A class of the demo, as far as planning needs it. */
export interface PlannedClass {
  id: string;
  status: 'scheduled' | 'live' | 'ended' | 'cancelled';
  scheduledAt: Date;
  startedAt: Date | null;
}

/** What a start of the server changes about the demo's classes. */
export interface Plan {
  /** Running since an earlier day: over. */
  end: string[];
  /** When a new running class began; null when one is running. */
  run: Date | null;
  /** Scheduled ones that nobody started: they are put to a new time, with whatever was prepared in them. */
  move: { id: string; at: Date }[];
  add: Date[];
  /** Begin of ended classes to make up. */
  past: Date[];
}

/** Plans the demo's classes so that one runs, two come later today and some are over. Pure: the same start twice changes nothing. */
export function planClasses(classes: readonly PlannedClass[], now: Date): Plan {
  const live = classes.filter(({ status }) => status === 'live');
  const end = live
    .filter(({ startedAt }) => startedAt !== null && isStale(startedAt, now))
    .map(({ id }) => id);
  return {
    end,
    run: live.length > end.length ? null : floorTo(5, now.getTime() - 6 * minute),
    ...planLater(classes, now),
    past: planPast(classes, end.length, now),
  };
}

/** A class goes over midnight without being ended; one that was forgotten yesterday does not. */
function isStale(startedAt: Date, now: Date): boolean {
  return startedAt < midnight(now, 0) && now.getTime() - startedAt.getTime() > 6 * hour;
}

function planLater(classes: readonly PlannedClass[], now: Date): Pick<Plan, 'move' | 'add'> {
  const scheduled = classes.filter(({ status }) => status === 'scheduled');
  const coming = scheduled.filter(
    ({ scheduledAt }) => scheduledAt > now && scheduledAt.getTime() - now.getTime() < day,
  );
  const missed = scheduled.filter(({ scheduledAt }) => scheduledAt <= now);
  const free = freeSlots(
    laterSlots(now),
    coming.map(({ scheduledAt }) => scheduledAt),
  );
  const moved = free.slice(0, missed.length);
  return {
    move: moved.flatMap((at, index) => {
      const one = missed[index];
      return one ? [{ id: one.id, at }] : [];
    }),
    add: free.slice(moved.length),
  };
}

/** As many of the slots as are wanted besides what is coming, farthest from what is coming first. */
function freeSlots(slots: readonly Date[], coming: readonly Date[]): Date[] {
  const distance = (slot: Date) =>
    Math.min(day, ...coming.map((at) => Math.abs(at.getTime() - slot.getTime())));
  return slots
    .toSorted((a, b) => distance(b) - distance(a))
    .slice(0, Math.max(0, laterWanted - coming.length));
}

/** Two times later today; in the last hour of the day, in the hours after midnight. */
export function laterSlots(now: Date): [Date, Date] {
  const left = (midnight(now, 1).getTime() - now.getTime()) / minute;
  const [first, second] = left >= 60 ? [Math.min(90, left / 3), Math.min(240, (left * 2) / 3)] : [60, 150];
  return [floorTo(5, now.getTime() + first * minute), floorTo(5, now.getTime() + second * minute)];
}

function planPast(classes: readonly PlannedClass[], endedNow: number, now: Date): Date[] {
  const ended = classes.filter(
    ({ status, scheduledAt }) => status === 'ended' && now.getTime() - scheduledAt.getTime() < 7 * day,
  );
  const taken = new Set(ended.map(({ scheduledAt }) => midnight(scheduledAt, 0).getTime()));
  const days = [1, 2, 3, 4, 5, 6]
    .map((back) => midnight(now, -back))
    .filter((at) => !taken.has(at.getTime()));
  const missing = Math.max(0, pastWanted - ended.length - endedNow);
  return days.slice(0, missing).map((at, index) => new Date(at.getTime() + (9 + 2 * index) * hour));
}

/** Midnight of this machine's time zone, `days` from now: the demo's people sit at this machine. */
function midnight(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
}

const floorTo = (minutes: number, time: number): Date =>
  new Date(Math.floor(time / (minutes * minute)) * minutes * minute);
