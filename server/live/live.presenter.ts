import { iso, isoOrNull } from '../../shared/kernel/time.ts';
import type {
  ChatMessageView,
  LiveSessionView,
  ParticipantView,
  PersonalLocks,
  Presence,
  RoomLocks,
} from '../../shared/live/contract.ts';
import { runningSince } from './class-session.ts';
import { isGuarded } from './guard.ts';
import { isGuest, mayHost, mayManage } from './live.policy.ts';
import type { Standing } from './live.policy.ts';
import type { LiveSession } from './live-session.entity.ts';

/** A class with the names that its view needs. */
export interface SessionRow {
  session: LiveSession;
  hostName: string;
  noteDocumentId: string | null;
  standing: Standing;
}

export function presentSession({ session, hostName, noteDocumentId, standing }: SessionRow): LiveSessionView {
  return {
    id: session.id,
    courseId: session.courseId ?? null,
    title: session.title,
    description: session.description ?? null,
    host: { id: session.hostId, displayName: hostName },
    scheduledAt: iso(session.scheduledAt),
    durationMinutes: session.durationMinutes,
    status: session.status,
    startedAt: isoOrNull(session.startedAt),
    runningSince: isoOrNull(runningSince(session)),
    endedAt: isoOrNull(session.endedAt),
    noteDocumentId,
    canHost: mayHost(standing),
    canInvite: mayManage(standing),
    isGuest: isGuest(standing),
  };
}

type LockColumns = Pick<
  LiveSession,
  | 'allowAttendeeAudio'
  | 'allowAttendeeVideo'
  | 'allowAttendeeScreen'
  | 'chatMode'
  | 'allowHandRaise'
  | 'isLocked'
  | 'guardedAt'
>;

/** Whether only who leads the class may write. */
export const isChatLocked = (session: Pick<LockColumns, 'chatMode' | 'guardedAt'>): boolean =>
  isGuarded(session) || session.chatMode !== 'everyone';

/** What is locked now: by a person, or by the class itself. The one does not touch the other. */
export function presentLocks(session: LockColumns): RoomLocks {
  const automatic = isGuarded(session);
  return {
    microphone: automatic || !session.allowAttendeeAudio,
    camera: automatic || !session.allowAttendeeVideo,
    screen: automatic || !session.allowAttendeeScreen,
    chat: isChatLocked(session),
    hands: !session.allowHandRaise,
    room: session.isLocked,
    automatic,
  };
}

interface PublishColumns {
  canPublishAudio?: boolean | null;
  canPublishVideo?: boolean | null;
  canPublishScreen?: boolean | null;
}

const locked = (allowed: boolean | null | undefined): boolean | null =>
  allowed === null || allowed === undefined ? null : !allowed;

export const presentPersonalLocks = (row: PublishColumns): PersonalLocks => ({
  microphone: locked(row.canPublishAudio),
  camera: locked(row.canPublishVideo),
  screen: locked(row.canPublishScreen),
});

/** A participant as the roster's query answers it. */
export interface ParticipantRow extends PublishColumns {
  userId: string;
  displayName: string;
  avatarUrl: string | null;
  role: ParticipantView['role'];
  isGuest: boolean;
  joinedAt: Date | null;
  /** Whether an attendance interval is open. */
  isIn: boolean;
}

export function presentParticipant(row: ParticipantRow, connected: boolean): ParticipantView {
  const presence: Presence = row.isIn ? (connected ? 'present' : 'reconnecting') : 'away';
  return {
    userId: row.userId,
    displayName: row.displayName,
    avatarUrl: row.avatarUrl,
    role: row.role,
    isGuest: row.isGuest,
    presence,
    joinedAt: isoOrNull(row.joinedAt),
    locks: presentPersonalLocks(row),
  };
}

/** A chat line as its query answers it. */
export interface ChatRow {
  id: string;
  senderId: string | null;
  displayName: string | null;
  content: string;
  createdAt: Date;
}

export const presentChat = (row: ChatRow, key: string | null = null): ChatMessageView => ({
  id: row.id,
  userId: row.senderId,
  displayName: row.displayName ?? '',
  text: row.content,
  sentAt: iso(row.createdAt),
  key,
});
