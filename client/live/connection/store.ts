export interface Store<T> {
  get(): T;
  set(change: Partial<T>): void;
  subscribe(listener: () => void): () => void;
}

/** Redraws at most so often: five hundred people joining at the bell must not mean five hundred redraws. */
const redrawEvery = 40;

/** A state and who watches it. `get` is always current; listeners hear of changes together, a moment later. */
export function createStore<T extends object>(initial: T): Store<T> {
  let state = initial;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastTold = 0;
  const listeners = new Set<() => void>();
  const tell = (): void => {
    timer = undefined;
    lastTold = performance.now();
    for (const listener of listeners) listener();
  };
  return {
    get: () => state,
    set(change) {
      state = { ...state, ...change };
      const wait = lastTold + redrawEvery - performance.now();
      if (wait <= 0) tell();
      else timer ??= setTimeout(tell, wait);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
