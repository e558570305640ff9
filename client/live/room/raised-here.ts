import { getTabId } from '../connection/tab-id.ts';

/** Remembers that the hand was raised in this tab, over a reload too. */
export interface RaisedHere {
  get(): boolean;
  set(raised: boolean): void;
}

/** A duplicated tab copies `sessionStorage`; what is kept there counts only for the tab whose name it is. */
export function createRaisedHere(sessionId: string): RaisedHere {
  const name = `lectern-raised-${sessionId}`;
  let raised = read(name) === getTabId();
  return {
    get: () => raised,
    set(now) {
      raised = now;
      write(name, now ? getTabId() : null);
    },
  };
}

function read(name: string): string | null {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

function write(name: string, value: string | null): void {
  try {
    if (value) sessionStorage.setItem(name, value);
    else sessionStorage.removeItem(name);
  } catch {
    // Without storage a reload forgets it: the person opens the microphone themselves.
  }
}
