import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Router } from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mountRoutes, route } from '../../server/kernel/http/route.ts';
import { createHttpServer } from '../../server/kernel/http/server.ts';
import type { HttpServer } from '../../server/kernel/http/server.ts';
import { createLogger } from '../../server/kernel/logger.ts';
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

async function start(httpsOnly = false): Promise<string> {
  http = createHttpServer({
    log: createLogger('silent'),
    originAllowed: () => true,
    trustProxy: [],
    httpsOnly,
  });
  http.mount({
    operations: Router(),
    docs: Router(),
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
