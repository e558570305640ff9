import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Router } from 'express';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mountRoutes, route } from '../../server/kernel/http/route.ts';
import { createHttpServer } from '../../server/kernel/http/server.ts';
import type { HttpServer } from '../../server/kernel/http/server.ts';
import { operationsRouter } from '../../server/kernel/http/operations.ts';
import { createMetrics } from '../../server/kernel/telemetry/metrics.ts';
import { defineRoute } from '../../shared/kernel/contract.ts';

const rate = { points: 1000, seconds: 60, by: 'address' } as const;
const base = { summary: 'A test.', access: 'public', status: 200, errors: [], rate } as const;

const broken = defineRoute({
  ...base,
  id: 'test.broken',
  method: 'GET',
  path: '/broken',
  reply: z.object({}),
});
const page = defineRoute({
  ...base,
  id: 'test.page',
  method: 'GET',
  path: '/page',
  query: z.strictObject({ limit: z.coerce.number().int().max(100).default(10) }),
  reply: z.object({ limit: z.number() }),
});
const change = defineRoute({
  ...base,
  id: 'test.change',
  method: 'POST',
  path: '/change',
  body: z.strictObject({ name: z.string() }),
  reply: z.object({ name: z.string() }),
});

let http: HttpServer;
afterEach(() => http.close());

/** What the server of a test logged. */
let logged: Record<string, unknown>[];

async function start(httpsOnly = false, clientDir?: string): Promise<string> {
  logged = [];
  http = createHttpServer({
    log: pino({ base: null }, { write: (line) => void logged.push(JSON.parse(line)) }),
    originAllowed: () => true,
    trustProxy: [],
    httpsOnly,
  });
  http.mount({
    operations: operationsRouter({
      readiness: () => Promise.reject(new Error('not asked')),
      metrics: createMetrics(),
      metricsToken: 'a token of the monitoring',
    }),
    docs: Router(),
    clientDir,
    api: mountRoutes(
      [
        route(broken, async () => {
          throw new Error('select password_hash from users failed at /srv/lectern/secret.ts');
        }),
        route(page, async ({ query }) => query),
        route(change, async ({ body }) => body),
      ],
      {
        checkReplies: false,
        assertOwnOrigin: () => undefined,
        authenticator: {
          isSignedIn: async () => true,
          accessToken: () => Promise.reject(new Error('not asked')),
        },
      },
    ),
  });
  const { port } = await http.listen(0, '127.0.0.1');
  return `http://127.0.0.1:${port}`;
}

describe('every answer', () => {
  it('tells the browser what it may do with it', async () => {
    const url = await start();
    for (const path of ['/api/v1/page', '/api/v1/nothing', '/nothing']) {
      const { headers } = await fetch(url + path);
      const policy = headers.get('content-security-policy') ?? '';
      for (const rule of [
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "script-src 'self'",
        "form-action 'self'",
      ])
        expect(policy.split(';')).toContain(rule);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('content-type')).toMatch(/charset=utf-8$/);
    }
  });

  it('asks for HTTPS from then on where that is how people come, and not on a laptop', async () => {
    const plain = await fetch(await start());
    expect(plain.headers.get('strict-transport-security')).toBeNull();
    await http.close();
    const { headers } = await fetch(await start(true));
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains');
  });

  it('lets no other origin read it', async () => {
    const url = await start();
    for (const method of ['GET', 'OPTIONS']) {
      const { headers } = await fetch(`${url}/api/v1/page`, {
        method,
        headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
      });
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('of the interface is not kept by caches', async () => {
    const url = await start();
    for (const path of ['/api/v1/page', '/api/v1/broken', '/api/v1/nothing'])
      expect((await fetch(url + path)).headers.get('cache-control')).toBe('no-store');
  });
});

describe('a request', () => {
  const post = (url: string, body: string): Promise<Response> =>
    fetch(`${url}/api/v1/change`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });

  it('is decoded once: what is encoded twice is no number, and comes back as it is', async () => {
    const url = await start();
    expect((await fetch(`${url}/api/v1/page?limit=%35`)).status).toBe(200);
    expect((await fetch(`${url}/api/v1/page?limit=%2535`)).status).toBe(400);
    const name = '%3Cb%3E &lt;b&gt; \\u003cb\\u003e';
    expect(await (await post(url, JSON.stringify({ name }))).json()).toEqual({ name });
  });

  it('cannot break out of the JSON of its answer', async () => {
    const url = await start();
    const name = '"},{"admin":true}\n\u2028</script><script>';
    const reply = await post(url, JSON.stringify({ name }));
    expect(reply.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await reply.json()).toEqual({ name });
  });

  it('without TLS is answered or refused, and never sent elsewhere', async () => {
    const url = await start(true);
    const statuses = ['/api/v1/page', '/api/v1/nothing', '/api/nothing', '/metrics'].map(
      async (path) => (await fetch(url + path, { redirect: 'manual' })).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 404, 404, 401]);
  });

  it('whose length is said in two ways is no request', async () => {
    const { port } = new URL(await start());
    const inside = 'GET /api/v1/page HTTP/1.1\r\nHost: smuggled\r\n\r\n';
    for (const lengths of [
      'Content-Length: 5\r\nTransfer-Encoding: chunked',
      'Content-Length: 0\r\nContent-Length: 5',
      'Transfer-Encoding: chunked, identity',
      'Transfer-Encoding : chunked',
    ]) {
      const socket = connect({ host: '127.0.0.1', port: Number(port) });
      socket.end(`POST /api/v1/change HTTP/1.1\r\nHost: x\r\n${lengths}\r\n\r\n0\r\n\r\n${inside}`);
      let answer = '';
      for await (const chunk of socket) answer += String(chunk);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).not.toContain('HTTP/1.1 200');
    }
  });

  it('for a folder gets no list of what is in it, and none gets out of it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lectern-pages-'));
    try {
      mkdirSync(join(folder, 'dist', 'assets'), { recursive: true });
      writeFileSync(join(folder, 'secret.txt'), 'not for you');
      writeFileSync(join(folder, 'dist', 'index.html'), '<title>the page</title>');
      writeFileSync(join(folder, 'dist', 'assets', 'main-1a2b.js'), '');
      const url = await start(false, join(folder, 'dist'));
      expect((await fetch(`${url}/assets/main-1a2b.js`)).status).toBe(200);
      for (const path of [
        '/assets',
        '/assets/',
        '/assets/..%2f..%2fsecret.txt',
        '/..%2fsecret.txt',
        '/%2e%2e/secret.txt',
      ]) {
        const text = await (await fetch(url + path)).text();
        expect(text).not.toContain('main-1a2b');
        expect(text).not.toContain('not for you');
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('for the figures of the monitoring needs its token', async () => {
    const url = await start();
    const ask = async (authorization?: string): Promise<number> =>
      (await fetch(`${url}/metrics`, authorization ? { headers: { authorization } } : {})).status;
    expect(await ask()).toBe(401);
    expect(await ask('Bearer a token of somebody')).toBe(401);
    expect(await ask('Bearer a token of the monitoring')).toBe(200);
  });

  it('that fails unexpectedly is logged with its id, and so are attempts to get around a rule, up to a limit', async () => {
    const url = await start();
    const failed = await fetch(`${url}/api/v1/broken`);
    expect(logged).toMatchObject([
      {
        level: 50,
        requestId: failed.headers.get('x-request-id'),
        err: { message: expect.stringContaining('select') },
      },
    ]);
    const tried = await fetch(`${url}/api/v1/page?limit=9999&secret=typed`);
    expect(logged.at(-1)).toMatchObject({
      level: 30,
      code: 'invalid_input',
      requestId: tried.headers.get('x-request-id'),
      ipAddress: '127.0.0.1',
    });
    for (let n = 0; n < 40; n += 1) await fetch(`${url}/api/v1/page?limit=9999`);
    expect(logged.filter(({ code }) => code === 'invalid_input')).toHaveLength(30);
    expect(JSON.stringify(logged)).not.toContain('typed');
  });

  it('that fails for a reason of our own tells the request’s id and nothing else', async () => {
    const url = await start();
    const reply = await fetch(`${url}/api/v1/broken`);
    expect(reply.status).toBe(500);
    expect(await reply.json()).toEqual({
      type: 'urn:lectern:error:internal',
      title: 'Something went wrong on our side.',
      status: 500,
      code: 'internal',
      requestId: reply.headers.get('x-request-id'),
    });
  });

  it('with a parameter twice, or with the keys of an object’s insides, is refused', async () => {
    const url = await start();
    expect((await fetch(`${url}/api/v1/page?limit=5`)).status).toBe(200);
    for (const query of ['limit=5&limit=6', 'limit[]=5', 'limit[$gt]=5', '__proto__[limit]=5'])
      expect((await fetch(`${url}/api/v1/page?${query}`)).status).toBe(400);
    const headers = { 'content-type': 'application/json' };
    const send = (body: string): Promise<Response> =>
      fetch(`${url}/api/v1/change`, { method: 'POST', headers, body });
    expect((await send('{"name":"x"}')).status).toBe(200);
    for (const body of [
      '{"name":"x","__proto__":{"admin":true}}',
      '{"name":"x","constructor":{}}',
      '{"name":["x"]}',
    ])
      expect((await send(body)).status).toBe(400);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('by TRACE gets nothing back', async () => {
    const url = await start();
    const asked = request(`${url}/api/v1/page`, { method: 'TRACE', headers: { 'x-secret': 'mirror-me' } });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    expect(response.statusCode).toBe(404);
    expect(text).not.toContain('mirror-me');
  });
});
