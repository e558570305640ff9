import { describe, expect, test } from 'vitest';
import { createFloorMicrophone } from '../../client/live/room/floor-microphone.ts';
import type { FloorMicrophone } from '../../client/live/room/floor-microphone.ts';
import { arrangeStage, cutStrip } from '../../client/live/stage/arrange-stage.ts';
import type { StageState } from '../../client/live/stage/use-stage.ts';
import { createPresence } from '../../server/live/presence.ts';
import type { LiveFact, RoomSnapshot } from '../../shared/live/contract.ts';

describe('the floor', () => {
  interface TestTab extends FloorMicrophone {
    turned: boolean[];
    /** The page is loaded anew; what the tab remembers stays. */
    reload(): TestTab;
  }

  function tab(speaking: () => boolean = () => false, memory = { raised: false }): TestTab {
    const turned: boolean[] = [];
    const floor = createFloorMicrophone({
      media: { setMicrophone: async (on) => void turned.push(on) },
      myUserId: 'ben',
      raisedHere: { get: () => memory.raised, set: (raised) => (memory.raised = raised) },
      speaking,
    });
    return { ...floor, turned, reload: () => tab(speaking, memory) };
  }

  const at = '2026-11-28T08:00:00.000Z';
  const lowered = (seq: number): LiveFact => ({ type: 'hand.lowered', seq, at, userId: 'ben' });
  const floorTo = (seq: number, userId: string | null): LiveFact => ({
    type: 'floor.changed',
    seq,
    at,
    userId,
  });
  const hear = (tabs: readonly FloorMicrophone[], ...facts: LiveFact[]): void =>
    tabs.forEach((one) => facts.forEach((fact) => one.heard(fact)));
  const snapshot = (hands: string[], floorUserId: string | null): RoomSnapshot =>
    ({ hands: hands.map((userId) => ({ userId, raisedAt: at })), floorUserId }) as RoomSnapshot;

  test('[MD43] it opens the microphone where the hand was raised, and in no other tab', () => {
    const [desk, phone] = [tab(), tab()];
    desk.raised();
    hear([desk, phone], lowered(4), floorTo(5, 'ben'));
    expect([desk.turned, phone.turned]).toEqual([[true], []]);
    hear([desk, phone], floorTo(6, null));
    expect([desk.turned, phone.turned]).toEqual([[true, false], []]);
  });

  test('[MD43] after a reload of that tab too; a hand that went down meanwhile is forgotten', () => {
    const first = tab();
    first.raised();
    const reloaded = first.reload();
    reloaded.joined(snapshot(['ben'], null));
    hear([reloaded], lowered(4), floorTo(5, 'ben'));
    expect(reloaded.turned).toEqual([true]);
    const second = tab();
    second.raised();
    const late = second.reload();
    late.joined(snapshot([], null));
    hear([late], lowered(8), floorTo(9, 'ben'));
    expect(late.turned).toEqual([]);
  });

  test('[MD43] it opens nothing for who speaks already, nor for who did not ask', () => {
    const speaking = tab(() => true);
    speaking.raised();
    hear([speaking], lowered(4), floorTo(5, 'ben'), floorTo(6, null));
    expect(speaking.turned).toEqual([]);
    const unasked = tab();
    hear([unasked], floorTo(5, 'ben'));
    expect(unasked.turned).toEqual([]);
    const lowerer = tab();
    lowerer.raised();
    hear([lowerer], lowered(4), floorTo(7, 'ben'));
    expect(lowerer.turned).toEqual([]);
  });
});

describe('the stage', () => {
  const person = (userId: string) => ({ userId }) as StageState['people'][number];
  const stage = (screens: string[]): StageState => ({
    people: ['ada', 'ben', 'cem', 'me'].map(person),
    screens,
    main: 'ben',
  });

  test('[MD46] a second screen is in the strip, before the people, and is never cut off', () => {
    const { main, strip } = arrangeStage(stage(['ada', 'cem']), null);
    expect(main).toEqual({ userId: 'ada', source: 'screen' });
    expect(cutStrip(strip, 'me', 1)).toEqual({
      shown: [
        { userId: 'cem', source: 'screen' },
        { userId: 'ada', source: 'camera' },
        { userId: 'me', source: 'camera' },
      ],
      hidden: 2,
    });
  });

  test('[MD46] what is pinned is large while it is there', () => {
    const large = (screens: string[], userId: string, source: 'camera' | 'screen') =>
      arrangeStage(stage(screens), { userId, source }).main;
    expect(large(['ada', 'cem'], 'cem', 'screen')).toEqual({ userId: 'cem', source: 'screen' });
    expect(large(['ada'], 'cem', 'screen')).toEqual({ userId: 'ada', source: 'screen' });
    expect(large(['ada'], 'cem', 'camera')).toEqual({ userId: 'cem', source: 'camera' });
    expect(large([], 'gone', 'camera')).toEqual({ userId: 'ben', source: 'camera' });
    const { strip } = arrangeStage(stage(['ada']), { userId: 'cem', source: 'camera' });
    expect(strip).toHaveLength(4);
    expect(strip[0]).toEqual({ userId: 'ada', source: 'screen' });
  });
});

describe('the quality of connections', () => {
  test('[MD42] the worst of a person’s connections counts, for as long as it is there', () => {
    const told: string[] = [];
    const presence = createPresence((_sessionId, userId, quality) => told.push(`${userId} ${quality}`));
    presence.enter('class', 'ben', 'phone');
    presence.enter('class', 'ben', 'desk');
    presence.rate('class', 'ben', 'phone', 'poor');
    presence.rate('class', 'ben', 'desk', 'fair');
    expect(presence.qualities('class')).toEqual({ ben: 'poor' });
    presence.leave('class', 'ben', 'phone');
    expect(presence.qualities('class')).toEqual({ ben: 'fair' });
    presence.rate('class', 'ben', 'phone', 'lost');
    presence.leave('class', 'ben', 'desk');
    presence.enter('class', 'ben', 'desk again');
    expect(presence.qualities('class')).toEqual({});
    expect(told).toEqual(['ben poor', 'ben fair', 'ben good']);
  });
});
