const day = 86_400_000;

/** Clocks of time zones, by name: building one takes longer than asking it. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  clocks.set(zone, made);
  return made;
}

/** What a clock on the wall shows in a time zone, as if it were UTC: milliseconds. */
function wallAt(zone: string, instant: number): number {
  const parts = Object.fromEntries(
    clockOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day: date = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, date, hour, minute, second);
}

/** Day `YYYY-MM-DD` and time `HH:MM` that people in a time zone read at an instant (milliseconds). */
export function wallIn(zone: string, instant: number): { date: string; time: string } {
  const text = new Date(wallAt(zone, instant)).toISOString();
  return { date: text.slice(0, 10), time: text.slice(11, 16) };
}

/**
 * The instant (milliseconds) at which people in a time zone read that day and time; NaN when it is no day or no time. What
 * clocks skip in spring is the moment they skip from, what they show twice in autumn is the first of the two.
 */
export function instantIn(zone: string, date: string, time: string): number {
  const wall = Date.parse(`${date}T${time}Z`);
  if (Number.isNaN(wall)) return NaN;
  // Clocks change once in two days at most: one of the two offsets holds.
  const candidates = [wall - day, wall + day].map((near) => wall - (wallAt(zone, near) - near));
  const right = candidates.filter((one) => wallAt(zone, one) === wall);
  return right.length > 0 ? Math.min(...right) : Math.max(...candidates);
}
