/** Carries messages between the nodes of one installation. It wakes; PostgreSQL is the truth. */
export interface Bus {
  publish(topic: string, message: unknown): void;
  subscribe(topic: string, listener: (message: unknown) => void): () => void;
}

/** The bus of a single node: listeners hear at once, in the order of publishing. */
export function createMemoryBus(): Bus {
  const topics = new Map<string, Set<(message: unknown) => void>>();
  return {
    publish(topic, message) {
      for (const listener of topics.get(topic) ?? []) listener(message);
    },
    subscribe(topic, listener) {
      const listeners = topics.get(topic) ?? new Set();
      topics.set(topic, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) topics.delete(topic);
      };
    },
  };
}
