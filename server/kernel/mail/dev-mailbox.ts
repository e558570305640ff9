import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Router } from 'express';
import type { Request, Response } from 'express';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { requestContext } from '../request-context.ts';
import { escapeHtml, linked } from './html.ts';
import type { Outgoing, Transport } from './transports.ts';

/** A message that was not sent, as `/dev/mail.json` shows it. */
export interface KeptMessage {
  id: string;
  channel: 'mail' | 'sms';
  to: string;
  /** Empty for text messages. */
  subject: string;
  text: string;
  sentAt: string;
}

const kept = 200;
const fileName = /^\d{13}-[0-9a-f-]{36}\.json$/;

/**
 * Where messages go that cannot be sent, in development and tests: files below DATA_DIR, and pages that show them to whoever
 * sits at this machine. Others in the network must not see them: they hold links that open accounts.
 */
export function createDevMailbox(options: { folder: string; clock: Clock }): {
  deliver: Transport;
  router: Router;
} {
  const { folder, clock } = options;
  let messages: { file: string; message: KeptMessage }[] | undefined;

  // Newest first. Read when it is first asked for: most processes never do.
  const all = (): { file: string; message: KeptMessage }[] => (messages ??= read(folder));

  async function deliver(outgoing: Outgoing): Promise<void> {
    const list = all();
    // A repeat after a crash between the file and the job's end.
    if (list.some(({ message }) => message.id === outgoing.id)) return;
    const sentAt = clock.now();
    const message: KeptMessage = {
      id: outgoing.id,
      channel: outgoing.channel,
      to: outgoing.to,
      subject: outgoing.channel === 'mail' ? outgoing.subject : '',
      text: outgoing.text,
      sentAt: sentAt.toISOString(),
    };
    const file = `${sentAt.getTime()}-${outgoing.id}.json`;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, file), JSON.stringify(message), { mode: 0o600 });
    list.unshift({ file, message });
    for (const old of list.splice(kept)) await rm(join(folder, old.file), { force: true });
  }

  const router = Router({ caseSensitive: true, strict: true });
  router.get('/mail.json', (req, res) => {
    open(req, res);
    res.json({ items: all().map(({ message }) => message) });
  });
  router.get('/mail', (req, res) => {
    open(req, res);
    res.type('html').send(page(all().map(({ message }) => message)));
  });
  return { deliver, router };
}

const localAddress = /^(127\.|::1$)/;
const localHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Only a browser on this machine that asks for this machine: a page elsewhere could point its own name here. */
function open(req: Request, res: Response): void {
  const host = (req.headers.host ?? '').replace(/:\d+$/, '');
  if (!localAddress.test(requestContext().ipAddress ?? '') || !localHosts.has(host))
    throw new AppError('not_found');
  res.setHeader('cache-control', 'no-store');
}

function read(folder: string): { file: string; message: KeptMessage }[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => fileName.test(name));
  const newest = files.toSorted().toReversed().slice(0, kept);
  return newest.flatMap((file) => {
    try {
      return [{ file, message: JSON.parse(readFileSync(join(folder, file), 'utf8')) as KeptMessage }];
    } catch {
      // Half written when the machine stopped; the job writes it again.
      return [];
    }
  });
}

const style = `body{margin:0 auto;max-width:720px;padding:24px 16px;font:16px/1.5 system-ui,sans-serif;color:#1f2328;background:#f6f7f9}
article{margin:16px 0;padding:16px 20px;background:#fff;border:1px solid #dcdfe4;border-radius:12px}
h2{margin:0;font-size:18px}p{margin:4px 0;color:#5c5f66}pre{margin:12px 0 0;font:inherit;white-space:pre-wrap;overflow-wrap:anywhere}
@media (prefers-color-scheme:dark){body{color:#e6e8eb;background:#15171a}article{background:#1f2226;border-color:#3a3f45}p{color:#a5abb3}a{color:#8ea2ff}}`;

function page(messages: readonly KeptMessage[]): string {
  const articles = messages.map(
    ({ id, channel, to, subject, text, sentAt }) =>
      `<article id="${escapeHtml(id)}"><h2>${escapeHtml(channel === 'mail' ? subject : 'Text message')}</h2><p>To ${escapeHtml(to)}, <time datetime="${escapeHtml(sentAt)}">${escapeHtml(sentAt)}</time></p><pre>${linked(text)}</pre></article>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Mailbox – Lectern</title><style>${style}</style></head><body><main><h1>Mailbox</h1><p>This server is for development and has no SMTP_URL: mails and text messages stay here. Newest first; the last ${kept} are kept.</p>${articles.join('') || '<article><p>Nothing yet.</p></article>'}</main></body></html>`;
}
