import { expect, vi } from 'vitest';
import type { KeptMessage } from '../../server/kernel/mail/dev-mailbox.ts';

export interface Mailbox {
  /** Everything, the newest first. */
  all(): Promise<KeptMessage[]>;
  /** Waits until somebody has so many messages. @returns theirs, the newest first */
  to(address: string, count?: number): Promise<KeptMessage[]>;
  /** The code of the newest message that somebody gets. */
  code(address: string, count?: number): Promise<string>;
  /** The token of the link in it. */
  token(address: string, count?: number): Promise<string>;
}

/** The development mailbox of a server. */
export function mailboxOf(url: string): Mailbox {
  async function all(): Promise<KeptMessage[]> {
    const response = await fetch(`${url}/dev/mail.json`);
    return ((await response.json()) as { items: KeptMessage[] }).items;
  }
  async function to(address: string, count = 1): Promise<KeptMessage[]> {
    const mine = async (): Promise<KeptMessage[]> => (await all()).filter((mail) => mail.to === address);
    await vi.waitFor(async () => expect((await mine()).length).toBeGreaterThanOrEqual(count), {
      timeout: 5000,
      interval: 20,
    });
    return mine();
  }
  async function found(address: string, count: number | undefined, pattern: RegExp): Promise<string> {
    const [newest] = await to(address, count);
    const match = pattern.exec(newest?.text ?? '');
    if (!match?.[1]) throw new Error(`nothing like ${pattern} in: ${newest?.text}`);
    return match[1];
  }
  return {
    all,
    to,
    code: (address, count) => found(address, count, /\b(\d{6})\b/),
    token: (address, count) => found(address, count, /token=([\w-]{43})/),
  };
}
