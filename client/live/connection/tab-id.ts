import { v4 as uuid } from 'uuid';

const name = 'lectern-tab';
let tabId: string | null = null;

/**
 * The name of this tab: the same after a reload, so that the server knows the old connection is gone; another one in a
 * duplicated tab. Duplicating copies `sessionStorage`, so the name lies there only while no page is running.
 */
export function getTabId(): string {
  if (tabId) return tabId;
  tabId = read() ?? uuid();
  write(null);
  const kept = tabId;
  window.addEventListener('pagehide', () => write(kept));
  window.addEventListener('pageshow', () => write(null));
  return tabId;
}

function read(): string | null {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

function write(value: string | null): void {
  try {
    if (value) sessionStorage.setItem(name, value);
    else sessionStorage.removeItem(name);
  } catch {
    // Without storage a reload counts as a new tab; the server's grace covers that.
  }
}
