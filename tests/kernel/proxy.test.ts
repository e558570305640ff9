import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressKey, addressOf, clientAddress, createProxyTrust } from '../../server/kernel/http/client.ts';
import { createOriginCheck } from '../../server/kernel/http/origin.ts';
import { createHttpServer } from '../../server/kernel/http/server.ts';
import { createLogger } from '../../server/kernel/logger.ts';
import { requestContext } from '../../server/kernel/request-context.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { signIn } from '../support/actors.ts';
import { createUser, password, sql } from '../support/factories.ts';

const from = (remoteAddress: string, forwarded?: string | string[]): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

describe('the address of a client', () => {
  it('is the connection’s, whatever it forwards, when no proxy is trusted', () => {
    const trusted = createProxyTrust([]);
    expect(addressOf(from('203.0.113.9', '10.0.0.1'), trusted)).toBe('203.0.113.9');
    expect(addressOf(from('127.0.0.1', '10.0.0.1'), trusted)).toBe('127.0.0.1');
  });

  it('is the last one that an untrusted hop forwarded', () => {
    const trusted = createProxyTrust(['10.0.0.0/8', 'loopback']);
    expect(addressOf(from('127.0.0.1', '203.0.113.9'), trusted)).toBe('203.0.113.9');
    expect(addressOf(from('::ffff:127.0.0.1', '203.0.113.9'), trusted)).toBe('203.0.113.9');
    // The left end is what the client itself wrote.
    expect(addressOf(from('127.0.0.1', '1.2.3.4, 203.0.113.9, 10.1.1.1'), trusted)).toBe('203.0.113.9');
    expect(addressOf(from('127.0.0.1', ['1.2.3.4', '203.0.113.9']), trusted)).toBe('203.0.113.9');
    expect(addressOf(from('203.0.113.7', '1.2.3.4'), trusted)).toBe('203.0.113.7');
  });

  it('is never what is no address', () => {
    const trusted = createProxyTrust(['loopback', '10.0.0.0/8']);
    for (const nonsense of ['unknown', '', '10', "' or 1=1", '1.2.3.4:80', '999.1.1.1', ',,'])
      expect(addressOf(from('127.0.0.1', nonsense), trusted)).toBe('127.0.0.1');
    expect(addressOf(from('127.0.0.1', 'nonsense, 10.0.0.7'), trusted)).toBe('10.0.0.7');
    expect(clientAddress(undefined)).toBeNull();
  });

  it('knows networks by length, by mask and by name', () => {
    const trusts = (proxy: string, address: string): boolean => createProxyTrust([proxy])(address);
    expect(trusts('192.168.1.0/24', '192.168.1.200')).toBe(true);
    expect(trusts('192.168.1.0/24', '192.168.2.1')).toBe(false);
    expect(trusts('192.168.1.0/255.255.255.0', '192.168.1.200')).toBe(true);
    expect(trusts('192.168.1.7', '192.168.1.8')).toBe(false);
    expect(trusts('fd00::/8', 'fd12::1')).toBe(true);
    expect(trusts('uniquelocal', '172.20.0.1')).toBe(true);
    expect(trusts('linklocal', 'fe80::1%eth0')).toBe(true);
    expect(trusts('loopback', '10.0.0.1')).toBe(false);
    expect(trusts('::1', '127.0.0.1')).toBe(false);
    expect(() => createProxyTrust(['10.0.0.0/nonsense'])).toThrow(/ipaddr/);
  });

  it('counts an IPv6 customer as one, and an IPv4 address as itself', () => {
    expect(addressKey('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(addressKey('2001:db8:1:2::9')).toBe('2001:db8:1:2::/64');
    expect(addressKey('::ffff:203.0.113.9')).toBe('203.0.113.9');
    expect(addressKey(null)).toBe('unknown');
  });
});

/** A server that says whom it sees, over HTTP and over an upgrade. */
async function whoami(trustProxy: string[]): Promise<{ url: string; close(): Promise<void> }> {
  const log = createLogger('fatal');
  const http = createHttpServer({ log, originAllowed: () => true, trustProxy });
  const { Router } = await import('express');
  const api = Router();
  api.get('/me', (req, res) => void res.json({ context: requestContext().ipAddress, express: req.ip }));
  http.mount({ operations: Router(), docs: Router(), api });
  http.onUpgrade('/notes/', (_req, socket) =>
    socket.end(`HTTP/1.1 418 ${requestContext().ipAddress}\r\nContent-Length: 0\r\n\r\n`),
  );
  const { port } = await http.listen(0, '127.0.0.1');
  return { url: `http://127.0.0.1:${port}`, close: () => http.close() };
}

async function upgradeSeenAs(url: string, forwarded: string): Promise<string | undefined> {
  const asked = request(`${url}/notes/x`, {
    headers: { connection: 'upgrade', upgrade: 'websocket', 'x-forwarded-for': forwarded },
  });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return response.statusMessage;
}

describe('TRUST_PROXY', () => {
  it('is what X-Forwarded-For needs to be believed, over HTTP and on notes sockets', async () => {
    for (const [trust, seen] of [
      [[], '127.0.0.1'],
      [['loopback'], '203.0.113.9'],
    ] as const) {
      const server = await whoami([...trust]);
      const headers = { 'x-forwarded-for': '203.0.113.9' };
      const reply = await fetch(`${server.url}/api/v1/me`, { headers });
      expect(await reply.json()).toEqual({ context: seen, express: seen });
      expect(await upgradeSeenAs(server.url, '203.0.113.9')).toBe(seen);
      await server.close();
    }
  });
});

describe.each([
  ['without a trusted proxy', '', '127.0.0.1'],
  ['behind a trusted proxy', 'loopback', '203.0.113.9'],
])('a whole server %s', (_, trust, seen) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ env: { TRUST_PROXY: trust } });
    await createUser(app.databaseUrl, {
      email: 'ann@test.lectern',
      displayName: 'Ann',
      role: 'instructor',
    });
  });
  afterAll(() => app.destroy());

  const forwarded = { 'x-forwarded-for': '203.0.113.9' };

  it(`keeps ${seen} with a sign-in`, async () => {
    await fetch(`${app.url}/api/v1/auth/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...forwarded },
      body: JSON.stringify({ email: 'ann@test.lectern', password }),
    });
    const rows = await sql(app.databaseUrl, 'select distinct host(ip_address) as ip from auth_sessions');
    expect(rows).toEqual([{ ip: seen }]);
  });

  it(`writes ${seen} into the audit trail, for what is asked over REST and over /live`, async () => {
    const ann = await signIn(app.url, 'ann@test.lectern');
    const userId = ann.user.id;
    const [course] = await sql<{ id: string }>(
      app.databaseUrl,
      `insert into courses (organization_id, instructor_id, created_by, title, slug, status, published_at)
       select id, $1, $1, 'Physics', 'physics', 'published', now() from organizations where slug = 'default' returning id`,
      [userId],
    );
    const authorization = `Bearer ${ann.accessToken}`;
    const scheduled = await fetch(`${app.url}/api/v1/courses/${course?.id}/live-sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization, ...forwarded },
      body: JSON.stringify({ title: 'Light', scheduledAt: new Date().toISOString(), durationMinutes: 45 }),
    });
    const { id: sessionId } = (await scheduled.json()) as { id: string };
    await ann.rest('POST', `/live-sessions/${sessionId}/start`);
    const socket = io(`${app.url}/live`, {
      transports: ['websocket'],
      auth: { token: ann.accessToken },
      forceNew: true,
      reconnection: false,
      extraHeaders: forwarded,
    });
    await new Promise((resolve) => socket.once('connect', () => resolve(null)));
    await socket.emitWithAck('join', { sessionId });
    expect(
      await socket.emitWithAck('session.end', { key: '0190c0de-0000-4000-8000-000000000001' }),
    ).toMatchObject({ ok: true });
    socket.disconnect();
    const rows = await sql(
      app.databaseUrl,
      `select l.action, host(d.ip_address) as ip from audit_logs l join audit_log_details d on d.audit_log_id = l.id
       where l.action like 'live_session.%' order by l.seq`,
    );
    expect(rows).toEqual([
      { action: 'live_session.scheduled', ip: seen },
      { action: 'live_session.started', ip: '127.0.0.1' },
      { action: 'live_session.ended', ip: seen },
    ]);
  });
});

describe('a foreign page', () => {
  const own = createOriginCheck({
    publicUrl: 'https://class.example.org',
    allowed: ['https://app.example.org/'],
  });
  const page = (headers: Record<string, string>): boolean =>
    own({ headers: { host: 'class.example.org', ...headers } } as unknown as IncomingMessage);

  it('may not use the credentials of its visitor, by Origin and by Fetch Metadata', () => {
    expect(page({})).toBe(true);
    expect(page({ origin: 'https://class.example.org' })).toBe(true);
    expect(page({ origin: 'https://app.example.org', 'sec-fetch-site': 'same-site' })).toBe(true);
    expect(page({ 'sec-fetch-site': 'same-origin' })).toBe(true);
    expect(page({ 'sec-fetch-site': 'none' })).toBe(true);
    expect(page({ origin: 'https://evil.example' })).toBe(false);
    expect(page({ origin: 'https://class.example.org.evil.example' })).toBe(false);
    expect(page({ origin: 'null' })).toBe(false);
    expect(page({ 'sec-fetch-site': 'cross-site' })).toBe(false);
    expect(page({ 'sec-fetch-site': 'same-site' })).toBe(false);
  });

  it('is refused by the cookie endpoints and by both kinds of sockets', async () => {
    const app = await startTestApp();
    try {
      await createUser(app.databaseUrl, { email: 'ann@test.lectern', displayName: 'Ann' });
      const { cookie } = await signIn(app.url, 'ann@test.lectern');
      for (const path of ['/auth/refresh', '/auth/sign-out'])
        for (const [name, value] of [
          ['origin', 'https://evil.example'],
          ['sec-fetch-site', 'cross-site'],
        ] as const) {
          const reply = await fetch(`${app.url}/api/v1${path}`, {
            method: 'POST',
            headers: { cookie, [name]: value },
          });
          expect(reply.status).toBe(403);
          expect(await reply.json()).toMatchObject({ code: 'origin_not_allowed' });
          expect(reply.headers.getSetCookie()).toEqual([]);
        }
      const ws = app.url.replace('http', 'ws');
      for (const path of ['/notes/x', '/socket.io/?EIO=4&transport=websocket']) {
        const socket = new WebSocket(`${ws}${path}`, { origin: 'https://evil.example' });
        const [error] = (await once(socket, 'error')) as [Error];
        expect(error.message).toMatch(/403|400/);
      }
      // Nothing was ended by it.
      const still = await fetch(`${app.url}/api/v1/auth/refresh`, { method: 'POST', headers: { cookie } });
      expect(still.status).toBe(200);
    } finally {
      await app.destroy();
    }
  });
});
