import { describe, expect, it } from 'vitest';
import { laterSlots, planClasses } from '../../server/demo/schedule.ts';
import type { PlannedClass } from '../../server/demo/schedule.ts';

const minute = 60_000;
const hour = 60 * minute;
// Local times: the demo's day is the machine's.
const at = (hours: number, minutes = 0, day = 10) => new Date(2026, 2, day, hours, minutes);

const scheduled = (id: string, time: Date): PlannedClass => ({
  id,
  status: 'scheduled',
  scheduledAt: time,
  startedAt: null,
});
const live = (id: string, time: Date): PlannedClass => ({
  id,
  status: 'live',
  scheduledAt: time,
  startedAt: time,
});
const ended = (id: string, time: Date): PlannedClass => ({
  id,
  status: 'ended',
  scheduledAt: time,
  startedAt: time,
});

describe('the demo’s classes', () => {
  it('on the first start: one runs, two come, three are over', () => {
    const now = at(10);
    const plan = planClasses([], now);
    expect(now.getTime() - (plan.run?.getTime() ?? 0)).toBe(10 * minute);
    expect(plan.add).toEqual([at(11, 30), at(14)]);
    expect(plan.past).toEqual([at(9, 0, 9), at(11, 0, 8), at(13, 0, 7)]);
    expect([plan.end, plan.move]).toEqual([[], []]);
  });

  it('change nothing on a second start', () => {
    const now = at(10);
    const first = planClasses([], now);
    const classes = [
      live('run', first.run as Date),
      ...first.add.map((time, n) => scheduled(`later${n}`, time)),
      ...first.past.map((time, n) => ended(`past${n}`, time)),
    ];
    expect(planClasses(classes, at(10, 20))).toEqual({ end: [], run: null, move: [], add: [], past: [] });
  });

  it('a month later: the forgotten one is over, the ones nobody started are put to today', () => {
    const old = [
      live('run', at(9, 50)),
      scheduled('a', at(11, 30)),
      scheduled('b', at(14)),
      ended('p', at(9, 0, 9)),
    ];
    const now = new Date(at(15).getTime() + 30 * 24 * hour);
    const plan = planClasses(old, now);
    expect(plan.end).toEqual(['run']);
    expect(plan.run).not.toBeNull();
    expect(plan.move.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(plan.move.every(({ at: time }) => time > now && time.getDate() === now.getDate())).toBe(true);
    expect(plan.add).toEqual([]);
    expect(plan.past).toHaveLength(2);
  });

  it('goes on over midnight, and all day', () => {
    expect(planClasses([live('run', at(23, 50))], at(0, 5, 11)).end).toEqual([]);
    expect(planClasses([live('run', at(8))], at(22)).end).toEqual([]);
    expect(planClasses([live('run', at(16))], at(0, 30, 11)).end).toEqual(['run']);
  });

  it('begins a new one when somebody ended the running one', () => {
    expect(planClasses([ended('run', at(9))], at(10)).run).not.toBeNull();
  });

  it('adds one beside the one that still comes, away from it', () => {
    const plan = planClasses([live('run', at(9, 50)), scheduled('a', at(14))], at(10));
    expect(plan.add).toEqual([at(11, 30)]);
  });

  it('has two later times at every minute of a day, of the same day until its last hour', () => {
    for (let start = 0; start < 24 * 60; start += 1) {
      const now = new Date(at(0).getTime() + start * minute);
      const [first, second] = laterSlots(now);
      expect(first.getTime(), `minute ${start}`).toBeGreaterThan(now.getTime() + 10 * minute);
      expect(second.getTime(), `minute ${start}`).toBeGreaterThan(first.getTime() + 10 * minute);
      expect(second.getTime() - now.getTime()).toBeLessThanOrEqual(4 * hour);
      const tomorrow = second.getDate() !== now.getDate();
      expect(tomorrow, `minute ${start}`).toBe(start > 23 * 60);
    }
  });
});
