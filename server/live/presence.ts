import type { ConnectionQuality } from '../../shared/live/contract.ts';

/**
 * Who is connected to this node, to which class, and how well. Connections belong to a process, so this is memory on
 * purpose; what must survive it, the attendance interval, is in the database.
 */
export interface Presence {
  /** @returns how many connections the person now has in the class */
  enter(sessionId: string, userId: string, connectionId: string): number;
  /** @returns how many are left */
  leave(sessionId: string, userId: string, connectionId: string): number;
  isConnected(sessionId: string, userId: string): boolean;
  /** How good one connection says it is. It counts until the connection leaves or says otherwise. */
  rate(sessionId: string, userId: string, connectionId: string, quality: ConnectionQuality): void;
  /** Whose connection is not good, and how it is: the worst where somebody has several. */
  qualities(sessionId: string): Record<string, ConnectionQuality>;
  /** People with at least one connection, by class. */
  all(): { sessionId: string; userIds: string[] }[];
}

/** From the best to the worst. */
const levels: readonly ConnectionQuality[] = ['good', 'fair', 'poor', 'lost'];

type Connections = Map<string, ConnectionQuality>;

const worst = (connections: Connections | undefined): ConnectionQuality =>
  levels.findLast((level) => [...(connections?.values() ?? [])].includes(level)) ?? 'good';

/** `onQuality` is called when somebody's quality, all their connections together, has changed. */
export function createPresence(
  onQuality: (sessionId: string, userId: string, quality: ConnectionQuality) => void = () => undefined,
): Presence {
  const rooms = new Map<string, Map<string, Connections>>();

  function change(
    sessionId: string,
    userId: string,
    connections: Connections,
    how: (connections: Connections) => void,
  ): void {
    const before = worst(connections);
    how(connections);
    const now = worst(connections);
    if (now !== before) onQuality(sessionId, userId, now);
  }

  return {
    enter(sessionId, userId, connectionId) {
      const people = rooms.get(sessionId) ?? new Map<string, Connections>();
      const connections = people.get(userId) ?? new Map<string, ConnectionQuality>();
      rooms.set(sessionId, people.set(userId, connections));
      change(sessionId, userId, connections, (all) => all.set(connectionId, 'good'));
      return connections.size;
    },
    leave(sessionId, userId, connectionId) {
      const people = rooms.get(sessionId);
      const connections = people?.get(userId);
      if (!people || !connections) return 0;
      change(sessionId, userId, connections, (all) => all.delete(connectionId));
      if (connections.size === 0) people.delete(userId);
      if (people.size === 0) rooms.delete(sessionId);
      return connections.size;
    },
    isConnected: (sessionId, userId) => (rooms.get(sessionId)?.get(userId)?.size ?? 0) > 0,
    rate(sessionId, userId, connectionId, quality) {
      const connections = rooms.get(sessionId)?.get(userId);
      // A report may arrive after its connection has gone.
      if (!connections?.has(connectionId)) return;
      change(sessionId, userId, connections, (all) => all.set(connectionId, quality));
    },
    qualities(sessionId) {
      const people = [...(rooms.get(sessionId) ?? [])].map(
        ([userId, connections]) => [userId, worst(connections)] as const,
      );
      return Object.fromEntries(people.filter(([, quality]) => quality !== 'good'));
    },
    all: () => [...rooms].map(([sessionId, people]) => ({ sessionId, userIds: [...people.keys()] })),
  };
}
