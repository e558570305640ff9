import { expect } from 'vitest';
import type { LiveFact, RoomSnapshot } from '../../shared/live/contract.ts';
import { applyFact } from '../../shared/live/model.ts';
import type { LiveSocket } from './socket.ts';

/**
 * What two people must agree on: not who they are, what they may do, and the keys of their lines, nor the order in which the
 * roster lists people, which is presentation.
 */
const comparable = (snapshot: RoomSnapshot) => ({
  ...snapshot,
  me: null,
  session: { ...snapshot.session, canHost: null, canInvite: null, isGuest: null },
  participants: snapshot.participants.toSorted((a, b) => a.userId.localeCompare(b.userId)),
  chat: snapshot.chat.map((line) => ({ ...line, key: null })),
});

/**
 * "Apply equals refetch": whoever was in the class while something happened, and applied its facts, knows the same as
 * somebody who joins afterwards. @returns the types of the facts
 */
export async function applyEqualsRefetch(
  sessionId: string,
  watcher: LiveSocket,
  other: LiveSocket,
  work: () => Promise<unknown>,
): Promise<string[]> {
  const { snapshot, seq } = await watcher.join(sessionId);
  await work();
  const again = await other.join(sessionId);
  await watcher.until(
    () => (watcher.facts.some((fact) => fact.seq === again.seq) || again.seq === seq ? true : undefined),
    `fact ${again.seq}`,
  );
  const facts = watcher.facts
    .filter((fact) => (fact.seq as number) > seq && (fact.seq as number) <= again.seq)
    .toSorted((a, b) => (a.seq as number) - (b.seq as number));
  const applied = facts.reduce((state, fact) => applyFact(state, fact as unknown as LiveFact), snapshot);
  expect(comparable(applied)).toEqual(comparable(again.snapshot));
  return facts.map((fact) => fact.type);
}
