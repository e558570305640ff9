/**
 * Rules of a live class that the server and the client apply alike. Pure: no clock, no IO; the same arguments give the
 * same answer on both sides, which is what makes "apply equals refetch" hold.
 */
import type { SkippedFact } from '../kernel/contract.ts';
import type { MediaSource, ProducerView } from '../media/contract.ts';
import type {
  HandView,
  LiveFact,
  ParticipantRole,
  ParticipantView,
  PersonalLocks,
  Presence,
  RoomLocks,
  RoomSnapshot,
} from './contract.ts';

/** Who may moderate: lower hands, give the floor, lock, end the class. */
export function isModerator(role: ParticipantRole): boolean {
  return role === 'host' || role === 'co_host';
}

/** What decides whether one person may send one source. */
export interface PublishQuestion {
  role: ParticipantRole;
  /** The locks for everyone. */
  locks: Pick<RoomLocks, 'microphone' | 'camera' | 'screen' | 'automatic'>;
  /** This person's exceptions; null = as the room. */
  personal: PersonalLocks;
  /** Does this person hold the floor? */
  floor: boolean;
  source: MediaSource;
}

/**
 * May this person send this source now? Hosts and co-hosts always, observers never. An attendee by the personal exception
 * (`true` = locked), else by the room's lock. The floor opens the microphone whatever the locks say, and nothing else. While
 * nobody leads the class neither the floor nor an exception opens anything: whoever gave them is not there to take them back.
 */
export function mayPublish({ role, locks, personal, floor, source }: PublishQuestion): boolean {
  if (role === 'observer') return false;
  if (role !== 'attendee') return true;
  if (locks.automatic) return false;
  if (source === 'microphone' && floor) return true;
  // The sound of a shared screen is part of the screen.
  const kind = source === 'screen-audio' ? 'screen' : source;
  return !(personal[kind] ?? locks[kind]);
}

/** The place of a person in the queue of hands, counted from 1; null without a raised hand. */
export function position(hands: readonly HandView[], userId: string): number | null {
  const index = hands.findIndex((hand) => hand.userId === userId);
  return index < 0 ? null : index + 1;
}

/** No exceptions: everything as the room. */
export const noPersonalLocks: PersonalLocks = { microphone: null, camera: null, screen: null };

/**
 * The state after a fact. Never changes its arguments; a fact applied twice gives the same state as applied once. A fact
 * changes what it names and nothing is inferred from it, with one exception that belongs to its meaning: whoever gets the
 * floor has the hand lowered.
 */
export function applyFact(snapshot: RoomSnapshot, fact: LiveFact | SkippedFact): RoomSnapshot {
  switch (fact.type) {
    case 'skip':
      return snapshot;
    case 'session.started':
      return withSession(snapshot, {
        status: 'live',
        startedAt: fact.startedAt,
        runningSince: fact.startedAt,
        endedAt: null,
      });
    case 'session.reopened':
      return withSession(snapshot, {
        status: 'live',
        startedAt: fact.startedAt,
        runningSince: fact.runningSince,
        endedAt: null,
      });
    case 'session.ended':
      return withSession(snapshot, { status: 'ended', endedAt: fact.endedAt });
    case 'participant.joined':
      return withParticipant(snapshot, participantOf(fact));
    case 'participant.left':
      return withPresence(snapshot, fact.userId, 'away');
    case 'participant.reconnecting':
      return withPresence(snapshot, fact.userId, 'reconnecting');
    case 'chat.sent':
      return withChatLine(snapshot, fact);
    case 'hand.raised':
      return withHand(snapshot, fact);
    case 'hand.lowered':
      return { ...snapshot, hands: withoutHand(snapshot.hands, fact.userId) };
    case 'floor.changed':
      return { ...snapshot, floorUserId: fact.userId, hands: withoutHand(snapshot.hands, fact.userId) };
    case 'lock.changed':
      return withLocks(snapshot, fact);
    case 'media.producer.added':
      return withProducers(snapshot, (all) => [
        ...all.filter((one) => one.producerId !== fact.producerId),
        producerOf(fact),
      ]);
    case 'media.producer.removed':
      return withProducers(snapshot, (all) => all.filter((one) => one.producerId !== fact.producerId));
    case 'media.producer.paused':
      return withProducer(snapshot, fact.producerId, { paused: true, locked: fact.locked });
    case 'media.producer.resumed':
      return withProducer(snapshot, fact.producerId, { paused: false, locked: false });
    case 'media.reset':
      return { ...snapshot, media: { ...snapshot.media, epoch: fact.epoch, producers: [] } };
    default:
      return fact satisfies never;
  }
}

type FactOf<T extends LiveFact['type']> = Extract<LiveFact, { type: T }>;

function withSession(snapshot: RoomSnapshot, change: Partial<RoomSnapshot['session']>): RoomSnapshot {
  return { ...snapshot, session: { ...snapshot.session, ...change } };
}

// Field by field, so that `seq`, `at` and `type` of the fact do not end up in the state.
function participantOf(fact: FactOf<'participant.joined'>): ParticipantView {
  const { userId, displayName, avatarUrl, role, isGuest, presence, joinedAt, locks } = fact;
  return { userId, displayName, avatarUrl, role, isGuest, presence, joinedAt, locks };
}

function producerOf(fact: FactOf<'media.producer.added'>): ProducerView {
  const { producerId, userId, kind, source, paused, locked } = fact;
  return { producerId, userId, kind, source, paused, locked };
}

function withParticipant(snapshot: RoomSnapshot, joined: ParticipantView): RoomSnapshot {
  const known = snapshot.participants.some((one) => one.userId === joined.userId);
  const participants = known
    ? snapshot.participants.map((one) => (one.userId === joined.userId ? joined : one))
    : [...snapshot.participants, joined];
  const me = snapshot.me.userId === joined.userId ? { ...snapshot.me, role: joined.role } : snapshot.me;
  return { ...snapshot, participants, me };
}

function withPresence(snapshot: RoomSnapshot, userId: string, presence: Presence): RoomSnapshot {
  const participants = snapshot.participants.map((one) =>
    one.userId === userId ? { ...one, presence } : one,
  );
  return { ...snapshot, participants };
}

function withChatLine(snapshot: RoomSnapshot, fact: FactOf<'chat.sent'>): RoomSnapshot {
  // From the end: a line that is already there is nearly always among the newest.
  if (snapshot.chat.findLast((line) => line.id === fact.id)) return snapshot;
  const { id, userId, displayName, text, sentAt, key } = fact;
  return { ...snapshot, chat: [...snapshot.chat, { id, userId, displayName, text, sentAt, key }] };
}

function withoutHand(hands: readonly HandView[], userId: string | null): HandView[] {
  return hands.filter((hand) => hand.userId !== userId);
}

function withHand(snapshot: RoomSnapshot, fact: FactOf<'hand.raised'>): RoomSnapshot {
  const hand: HandView = { userId: fact.userId, raisedAt: fact.raisedAt };
  return {
    ...snapshot,
    hands: withoutHand(snapshot.hands, fact.userId).toSpliced(fact.position - 1, 0, hand),
  };
}

function withLocks(
  snapshot: RoomSnapshot,
  { locks, userId, personal }: FactOf<'lock.changed'>,
): RoomSnapshot {
  const participants = personal
    ? snapshot.participants.map((one) => (one.userId === userId ? { ...one, locks: personal } : one))
    : snapshot.participants;
  return { ...snapshot, locks, participants };
}

function withProducers(
  snapshot: RoomSnapshot,
  change: (all: ProducerView[]) => ProducerView[],
): RoomSnapshot {
  return { ...snapshot, media: { ...snapshot.media, producers: change(snapshot.media.producers) } };
}

function withProducer(
  snapshot: RoomSnapshot,
  producerId: string,
  change: Partial<ProducerView>,
): RoomSnapshot {
  return withProducers(snapshot, (all) =>
    all.map((one) => (one.producerId === producerId ? { ...one, ...change } : one)),
  );
}
