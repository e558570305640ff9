import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, get } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Router } from 'express';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../server/kernel/db/database.ts';
import type { Database } from '../../server/kernel/db/database.ts';
import { createOriginCheck } from '../../server/kernel/http/origin.ts';
import { createHttpServer } from '../../server/kernel/http/server.ts';
import { createJobs } from '../../server/kernel/jobs/jobs.ts';
import type { Jobs } from '../../server/kernel/jobs/jobs.ts';
import { lanCertificate } from '../../server/kernel/lan.ts';
import { createLogger } from '../../server/kernel/logger.ts';
import { createMailer } from '../../server/kernel/mail/index.ts';
import type { MailDeps } from '../../server/kernel/mail/index.ts';
import type { KeptMessage } from '../../server/kernel/mail/dev-mailbox.ts';
import { htmlOf } from '../../server/kernel/mail/html.ts';
import { smsTransport, smtpTransport } from '../../server/kernel/mail/transports.ts';
import { createSecrets } from '../../server/kernel/secrets.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { sql } from '../support/factories.ts';
import { startSmtp } from '../support/smtp.ts';

const log = createLogger('fatal');
const secrets = createSecrets({
  pepper: 'a pepper that is long enough for a test',
  keys: [{ id: 1, key: Buffer.alloc(32, 7) }],
});

let database: TestDatabase;
let db: Database;
const dataDir = mkdtempSync(join(tmpdir(), 'lectern-mail-'));
const cleanUp: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  db = await openDatabase({ url: database.url, entities: [], log });
});

afterEach(async () => {
  for (const step of cleanUp.splice(0)) await step();
});

afterAll(async () => {
  await db.close();
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

const clock = { now: () => new Date() };

function made(config: Partial<MailDeps['config']> = {}) {
  const jobs = createJobs({ url: database.url, log, retryDelaySeconds: 0 });
  cleanUp.push(() => jobs.stop());
  const given = {
    DATA_DIR: dataDir,
    MAIL_FROM: 'Lectern <lectern@school.test>',
    production: false,
    ...config,
  };
  return { jobs, ...createMailer({ config: given, jobs, secrets, clock, log }) };
}

/** Serves a mailbox the way the server does and reads it. */
async function served(devMailbox: Router | null) {
  const http = createHttpServer({
    log,
    originAllowed: createOriginCheck({ allowed: [] }),
    trustProxy: ['loopback'],
  });
  http.mount({ operations: Router(), docs: Router(), api: Router(), devMailbox });
  const { port } = await http.listen(0, '127.0.0.1');
  cleanUp.push(() => http.close());
  const url = `http://127.0.0.1:${port}/dev/mail`;
  return {
    url,
    async items(): Promise<KeptMessage[]> {
      const response = await fetch(`${url}.json`);
      return ((await response.json()) as { items: KeptMessage[] }).items;
    },
  };
}

const jobsWaiting = async (): Promise<number> => {
  const [row] = await sql<{ n: string }>(
    database.url,
    `select count(*) as n from pgboss.job where name = 'mail.send' and state in ('created', 'retry', 'active')`,
  );
  return Number(row?.n);
};

describe('a queued message', () => {
  it('goes out after the commit, at once, and never if the transaction is rolled back', async () => {
    const { jobs, mailer, devMailbox } = made();
    const box = await served(devMailbox);
    await jobs.start();
    await expect(
      db.transaction(async (tx) => {
        await mailer.mail(tx, { to: 'rolled@back.test', subject: 'Never', text: 'Never' });
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    expect(await jobsWaiting()).toBe(0);
    await db.transaction((tx) =>
      mailer.mail(tx, { to: 'ada@school.test', subject: 'Hello', text: 'A word' }),
    );
    const committed = Date.now();
    await vi.waitFor(async () => expect(await box.items()).toHaveLength(1), { timeout: 5000, interval: 20 });
    expect(Date.now() - committed).toBeLessThan(1500);
    expect(await box.items()).toEqual([
      expect.objectContaining({ channel: 'mail', to: 'ada@school.test', subject: 'Hello', text: 'A word' }),
    ]);
  });

  it('may be asked for before the queue has started, and waits for it', async () => {
    const { jobs, mailer, devMailbox } = made({ DATA_DIR: join(dataDir, 'early') });
    const box = await served(devMailbox);
    await db.transaction((tx) => mailer.mail(tx, { to: 'early@school.test', subject: 'Early', text: 'x' }));
    expect(await box.items()).toEqual([]);
    await jobs.start();
    await vi.waitFor(async () => expect(await box.items()).toHaveLength(1), { timeout: 5000, interval: 20 });
  });

  it('stands in the queue sealed: neither address nor text can be read there', async () => {
    const { mailer, jobs } = made();
    await db.transaction((tx) =>
      mailer.mail(tx, { to: 'secret@school.test', subject: 'Reset', text: 'https://x.test/?token=abc' }),
    );
    const rows = await sql<{ data: object }>(
      database.url,
      `select data from pgboss.job where name = 'mail.send'`,
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toMatch(/secret@|token=|Reset/);
    await jobs.start();
    await vi.waitFor(async () => expect(await jobsWaiting()).toBe(0), { timeout: 5000, interval: 20 });
  });

  it.each([
    ['a@school.test\r\nBcc: eve@evil.test', 'Hello'],
    ['a@school.test, eve@evil.test', 'Hello'],
    ['Eve <eve@evil.test>', 'Hello'],
    ['a@school.test', 'Hello\nBcc: eve@evil.test'],
    ['a@school.test', 'Hello\rX-Evil: 1'],
    ['a@school.test', 'Hello\0there'],
  ])('is refused if a header could be smuggled in: to %j, subject %j', async (to, subject) => {
    const { mailer } = made();
    await expect(db.transaction((tx) => mailer.mail(tx, { to, subject, text: 'x' }))).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect(await jobsWaiting()).toBe(0);
  });

  it('cannot be sent in production without an SMTP server or a gateway', async () => {
    const { mailer, devMailbox } = made({ production: true });
    expect([mailer.canMail, mailer.canText, devMailbox]).toEqual([false, false, null]);
    await expect(
      db.transaction((tx) => mailer.mail(tx, { to: 'a@school.test', subject: 'x', text: 'x' })),
    ).rejects.toMatchObject({ code: 'mail_unavailable' });
    await expect(
      db.transaction((tx) => mailer.text(tx, { to: '+4915112345678', text: 'x' })),
    ).rejects.toMatchObject({ code: 'sms_unavailable' });
  });
});

describe('SMTP', () => {
  async function smtp(refuseFirst: number) {
    const server = await startSmtp((attempt) => (attempt <= refuseFirst ? 'busy' : 'take'));
    cleanUp.push(() => server.close());
    return server;
  }

  async function send(jobs: Jobs, work: Parameters<Database['transaction']>[0]): Promise<void> {
    await jobs.start();
    await db.transaction(work);
  }

  it('carries text and HTML, with the link as a link and everything else escaped', async () => {
    const server = await smtp(0);
    const { jobs, mailer, devMailbox } = made({ SMTP_URL: server.url });
    expect(devMailbox).toBeNull();
    await send(jobs, (tx) =>
      mailer.mail(tx, {
        to: 'ada@school.test',
        subject: 'Grüße <b>',
        text: 'Hello <script>alert(1)</script>\n\nhttps://school.test/verify?token=abc',
      }),
    );
    await vi.waitFor(() => expect(server.got).toHaveLength(1), { timeout: 5000, interval: 20 });
    const [mail = ''] = server.got;
    expect(mail).toMatch(/^From: Lectern <lectern@school\.test>/m);
    expect(mail).toMatch(/^To: ada@school\.test/m);
    expect(mail).toMatch(/^Message-ID: <[0-9a-f-]{36}@lectern>/m);
    expect(mail).toContain('text/plain');
    expect(mail).toContain('text/html');
    expect(htmlOf('s', 'a <script>')).not.toContain('<script>');
  });

  it('is tried again after a refusal, with the same Message-ID, and arrives once', async () => {
    const server = await smtp(1);
    const { jobs, mailer } = made({ SMTP_URL: server.url });
    await send(jobs, (tx) => mailer.mail(tx, { to: 'ada@school.test', subject: 'Again', text: 'x' }));
    await vi.waitFor(() => expect(server.got).toHaveLength(1), { timeout: 9000, interval: 50 });
    expect(server.tries()).toBe(2);
    await vi.waitFor(async () => expect(await jobsWaiting()).toBe(0), { timeout: 5000, interval: 50 });
    expect(server.got).toHaveLength(1);
  });

  it('gives nothing to a server whose certificate nobody vouches for', async () => {
    const tls = await lanCertificate(dataDir, '127.0.0.1');
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH'],
      cert: readFileSync(tls.cert),
      key: readFileSync(tls.key),
      onData: () => expect.unreachable('a mail came'),
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    cleanUp.push(() => new Promise((resolve) => server.close(() => resolve())));
    // A client that does not like the certificate hangs up in the middle of the handshake.
    server.on('error', () => undefined);
    const { port } = server.server.address() as AddressInfo;
    const deliver = smtpTransport({ url: `smtp://127.0.0.1:${port}`, from: 'lectern@school.test' });
    await expect(
      deliver({ id: '1', channel: 'mail', to: 'ada@school.test', subject: 'x', text: 'x', html: 'x' }),
    ).rejects.toThrow(/ETLS|ESOCKET/);
  });
});

describe('text messages', () => {
  it('do not go on to where the gateway points', async () => {
    const asked: string[] = [];
    const gateway = createServer((req, res) => {
      asked.push(req.url ?? '');
      res.writeHead(307, { location: '/elsewhere' }).end();
    });
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', () => resolve()));
    cleanUp.push(() => new Promise((resolve) => gateway.close(() => resolve())));
    const { port } = gateway.address() as AddressInfo;
    const deliver = smsTransport({ url: `http://127.0.0.1:${port}/sms`, token: 'a-token-of-the-gateway' });
    await expect(deliver({ id: '1', channel: 'sms', to: '+4915112345678', text: 'x' })).rejects.toThrow(
      'fetch failed',
    );
    expect(asked).toEqual(['/sms']);
  });

  it('are posted to the gateway with its token', async () => {
    const got: { headers: IncomingHttpHeaders; body: unknown }[] = [];
    const gateway = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => {
        got.push({ headers: req.headers, body: JSON.parse(body) });
        res.end('{}');
      });
    });
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', () => resolve()));
    cleanUp.push(() => new Promise((resolve) => gateway.close(() => resolve())));
    const { port } = gateway.address() as AddressInfo;
    const { jobs, mailer } = made({
      SMS_WEBHOOK_URL: `http://127.0.0.1:${port}/sms`,
      SMS_WEBHOOK_TOKEN: 'a-token-of-the-gateway',
    });
    await jobs.start();
    await db.transaction((tx) => mailer.text(tx, { to: '+4915112345678', text: 'Your code is 123456' }));
    await vi.waitFor(() => expect(got).toHaveLength(1), { timeout: 5000, interval: 20 });
    expect(got[0]?.body).toEqual({ to: '+4915112345678', text: 'Your code is 123456' });
    expect(got[0]?.headers.authorization).toBe('Bearer a-token-of-the-gateway');
    await expect(
      db.transaction((tx) => mailer.text(tx, { to: '0151 123', text: 'x' })),
    ).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('the development mailbox', () => {
  it('keeps its mails over a restart, escapes them, and makes links of addresses', async () => {
    const folder = join(dataDir, 'page');
    const first = made({ DATA_DIR: folder });
    const box = await served(first.devMailbox);
    await first.jobs.start();
    await db.transaction((tx) =>
      first.mailer.mail(tx, {
        to: 'ada@school.test',
        subject: '<img src=x onerror=alert(1)>',
        text: 'See https://school.test/a?b=1&c="><script>alert(1)</script>.',
      }),
    );
    await vi.waitFor(async () => expect(await box.items()).toHaveLength(1), { timeout: 5000, interval: 20 });
    const again = await served(made({ DATA_DIR: folder }).devMailbox);
    expect(await again.items()).toEqual(await box.items());
    const response = await fetch(again.url);
    const html = await response.text();
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(html).toContain('<a href="https://school.test/a?b=1&amp;c=">');
    expect(html).not.toMatch(/<script|<img/);
  });

  it('is not shown to others in the network, nor to a page that points its own name here', async () => {
    const box = await served(made().devMailbox);
    const asked = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${box.url}.json`, { headers })).status;
    expect(await asked({})).toBe(200);
    expect(await asked({ 'x-forwarded-for': '192.168.1.20' })).toBe(404);
    const { status } = await new Promise<{ status: number }>((resolve, reject) => {
      get(`${box.url}.json`, { headers: { host: 'rebound.evil.test' } }, (res) => {
        res.resume();
        resolve({ status: res.statusCode ?? 0 });
      }).on('error', reject);
    });
    expect(status).toBe(404);
  });
});
