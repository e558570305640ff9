/** Runs tasks one after another, in the order they were asked for. */
export interface Mutex {
  run<T>(task: () => Promise<T>): Promise<T>;
}

/** A queue of one: a task that throws does not hold up those behind it. */
export function createMutex(): Mutex {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    run(task) {
      const result = tail.then(task);
      tail = result.catch(() => undefined);
      return result;
    },
  };
}
