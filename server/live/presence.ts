/**
 * Who is connected to this node, and to which class. Connections belong to a process, so this is memory on purpose;
 * what must survive it, the attendance interval, is in the database.
 */
export interface Presence {
  /** @returns how many connections the person now has in the class */
  enter(sessionId: string, userId: string, connectionId: string): number;
  /** @returns how many are left */
  leave(sessionId: string, userId: string, connectionId: string): number;
  isConnected(sessionId: string, userId: string): boolean;
  /** People with at least one connection, by class. */
  all(): { sessionId: string; userIds: string[] }[];
}

export function createPresence(): Presence {
  const rooms = new Map<string, Map<string, Set<string>>>();
  return {
    enter(sessionId, userId, connectionId) {
      const people = rooms.get(sessionId) ?? new Map<string, Set<string>>();
      const connections = people.get(userId) ?? new Set<string>();
      rooms.set(sessionId, people.set(userId, connections.add(connectionId)));
      return connections.size;
    },
    leave(sessionId, userId, connectionId) {
      const people = rooms.get(sessionId);
      const connections = people?.get(userId);
      if (!people || !connections) return 0;
      connections.delete(connectionId);
      if (connections.size === 0) people.delete(userId);
      if (people.size === 0) rooms.delete(sessionId);
      return connections.size;
    },
    isConnected: (sessionId, userId) => (rooms.get(sessionId)?.get(userId)?.size ?? 0) > 0,
    all: () => [...rooms].map(([sessionId, people]) => ({ sessionId, userIds: [...people.keys()] })),
  };
}
