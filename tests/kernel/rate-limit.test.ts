import { gzipSync } from 'node:zlib';
import { Router } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { UserActor } from '../../server/kernel/actor.ts';
import { AppError } from '../../server/kernel/errors.ts';
import { mountRoutes, route } from '../../server/kernel/http/route.ts';
import type { Refusal } from '../../server/kernel/refusal.ts';
import { createHttpServer } from '../../server/kernel/http/server.ts';
import { createLogger } from '../../server/kernel/logger.ts';
import { defineRoute } from '../../shared/kernel/contract.ts';
import { limits } from '../../shared/kernel/limits.ts';

const base = { summary: 'A test.', status: 200, errors: [] } as const;
const plenty = { points: 100_000, seconds: 60 } as const;
const ok = z.object({ ok: z.boolean() });

const contracts = {
  open: defineRoute({
    ...base,
    id: 'test.open',
    method: 'GET',
    path: '/open',
    access: 'public',
    reply: ok,
    rate: { ...plenty, by: 'address' },
  }),
  few: defineRoute({
    ...base,
    id: 'test.few',
    method: 'GET',
    path: '/few',
    access: 'user',
    reply: ok,
    rate: { points: 3, seconds: 60, by: 'user' },
  }),
  mine: defineRoute({
    ...base,
    id: 'test.mine',
    method: 'GET',
    path: '/mine',
    access: 'user',
    permission: { slug: 'user.read', on: 'system' },
    reply: ok,
    rate: { ...plenty, by: 'user' },
  }),
  body: defineRoute({
    ...base,
    id: 'test.body',
    method: 'POST',
    path: '/body',
    access: 'public',
    body: z.strictObject({ text: z.string() }),
    reply: ok,
    rate: { ...plenty, by: 'address' },
  }),
  bytes: defineRoute({
    ...base,
    id: 'test.bytes',
    method: 'POST',
    path: '/bytes',
    access: 'public',
    binary: ['image/png'],
    bodyBytes: 1000,
    body: z.instanceof(Buffer),
    reply: ok,
    rate: { ...plenty, by: 'address' },
  }),
  right: defineRoute({
    ...base,
    id: 'test.right',
    method: 'GET',
    path: '/organizations/:organizationId/right',
    access: 'user',
    permission: { slug: 'audit.read', on: { type: 'organization', param: 'organizationId' } },
    params: z.object({ organizationId: z.uuid() }),
    reply: ok,
    rate: { ...plenty, by: 'user' },
  }),
};

const actorOf = (userId: string, apiKey?: UserActor['apiKey']): UserActor => ({
  kind: 'user',
  userId,
  authSessionId: 'x',
  role: 'student',
  displayName: 'x',
  organizationId: null,
  ...(apiKey ? { apiKey } : {}),
});

let url = '';
let close: () => Promise<void>;
const refused: Refusal[] = [];

beforeAll(async () => {
  const done = async () => ({ ok: true });
  const http = createHttpServer({
    log: createLogger('fatal'),
    originAllowed: () => true,
    trustProxy: ['loopback'],
  });
  http.mount({
    operations: Router(),
    docs: Router(),
    api: mountRoutes(
      [
        route(contracts.open, done),
        route(contracts.few, done),
        route(contracts.mine, done),
        route(contracts.body, done),
        route(contracts.bytes, done),
        route(contracts.right, async () => {
          throw new AppError('forbidden');
        }),
      ],
      {
        checkReplies: true,
        assertOwnOrigin: () => undefined,
        refused: async (_, refusal) => void refused.push(refusal),
        authenticator: {
          isSignedIn: async () => true,
          async accessToken(token) {
            if (token === 'bad') throw new AppError('token_invalid');
            const [userId = '', key] = token.split('+');
            if (userId.startsWith('pending')) return { ...actorOf(userId), pending: 'must_change_password' };
            return actorOf(userId, key ? { id: key, permissions: ['user.read'] } : undefined);
          },
        },
      },
    ),
  });
  const { port } = await http.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${port}/api/v1`;
  close = () => http.close();
});
afterAll(() => close());

interface Answer {
  status: number;
  limit: number;
  remaining: number;
  reset: number;
  retryAfter: number;
}

async function get(path: string, options: { token?: string; address?: string } = {}): Promise<Answer> {
  const reply = await fetch(`${url}${path}`, {
    headers: {
      ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
      'x-forwarded-for': options.address ?? '203.0.113.1',
    },
  });
  await reply.arrayBuffer();
  const number = (name: string): number => Number(reply.headers.get(name) ?? Number.NaN);
  return {
    status: reply.status,
    limit: number('ratelimit-limit'),
    remaining: number('ratelimit-remaining'),
    reset: number('ratelimit-reset'),
    retryAfter: number('retry-after'),
  };
}

/** Many calls, a few at a time. */
async function flood(count: number, call: () => Promise<Answer>): Promise<number[]> {
  const statuses: number[] = [];
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      while (statuses.length < count) {
        const at = statuses.push(0) - 1;
        statuses[at] = (await call()).status;
      }
    }),
  );
  return statuses;
}

describe('limits', () => {
  it('are told with every reply, and with a refusal when to come back', async () => {
    const call = (): Promise<Answer> => get('/few', { token: 'ann' });
    expect(await call()).toMatchObject({ status: 200, limit: 3, remaining: 2 });
    await call();
    expect(await call()).toMatchObject({ status: 200, remaining: 0 });
    const refusal = await call();
    expect(refusal).toMatchObject({ status: 429, limit: 3, remaining: 0 });
    expect(refusal.retryAfter).toBeGreaterThan(50);
    expect(refusal.reset).toBe(refusal.retryAfter);
    expect(await get('/few', { token: 'bob' })).toMatchObject({ status: 200 });
  });

  it('hold for one address over all operations, as long as nobody is signed in', async () => {
    const address = '203.0.113.20';
    const statuses = await flood(1200, () => get('/open', { address }));
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(await get('/open', { address })).toMatchObject({ status: 429, limit: 1200, remaining: 0 });
    // Trying tokens is of the same account, being signed in is not: the rest of the school goes on.
    expect(await get('/mine', { address, token: 'bad' })).toMatchObject({ status: 429 });
    expect(await get('/mine', { address, token: 'cleo' })).toMatchObject({ status: 200, limit: 1200 });
    expect(await get('/open', { address: '203.0.113.21' })).toMatchObject({ status: 200 });
  });

  it('hold for one account over all addresses, and for each of its API keys apart', async () => {
    let n = 0;
    const statuses = await flood(1200, () =>
      get('/mine', { token: 'dora', address: `203.0.113.${(n += 1) % 200}` }),
    );
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(await get('/mine', { token: 'dora', address: '203.0.113.222' })).toMatchObject({
      status: 429,
      limit: 1200,
    });
    expect(await get('/mine', { token: 'dora+key1' })).toMatchObject({ status: 200, remaining: 1199 });
    expect(await get('/mine', { token: 'dora+key2' })).toMatchObject({ status: 200, remaining: 1199 });
  });

  it('count the whole network of an IPv6 customer as one', async () => {
    const first = await get('/open', { address: '2001:db8:5:6::1' });
    const second = await get('/open', { address: '2001:db8:5:6:ffff::2' });
    expect(second.remaining).toBe(first.remaining - 1);
  });
});

describe('whatever is answered', () => {
  const ask = async (
    path: string,
    init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
  ) => {
    const reply = await fetch(`${url}${path}`, {
      ...init,
      headers: { 'x-forwarded-for': '203.0.113.90', ...init.headers },
    });
    await reply.arrayBuffer();
    return { status: reply.status, limit: reply.headers.get('ratelimit-limit') };
  };
  const post = (body: string, type: string) =>
    ask('/body', { method: 'POST', body, headers: { 'content-type': type } });
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

  it('says what the limits leave: also a refusal of the body, of the token, of the right, of the duty', async () => {
    const json = 'application/json';
    expect(await post('{"text":', json)).toEqual({ status: 400, limit: '1200' });
    expect(await post('{}', json)).toEqual({ status: 400, limit: '1200' });
    expect(await post(JSON.stringify({ text: 'x'.repeat(limits.restBodyBytes) }), json)).toEqual({
      status: 413,
      limit: '1200',
    });
    expect(await post('text', 'text/plain')).toEqual({ status: 415, limit: '1200' });
    expect(await ask('/mine', bearer('bad'))).toEqual({ status: 401, limit: '1200' });
    expect(await ask('/mine')).toEqual({ status: 401, limit: '1200' });
    expect(await ask('/few', bearer('pending'))).toEqual({ status: 403, limit: '3' });
    expect(await ask('/few', bearer('erik+key'))).toEqual({ status: 403, limit: '3' });
    expect(
      (await ask('/organizations/0190c0de-0000-7000-8000-000000000001/right', bearer('erik'))).limit,
    ).toBe('1200');
  });

  it('is counted: bodies that cannot be read, and accounts that have something else to do first', async () => {
    const address = { 'x-forwarded-for': '203.0.113.91' };
    const broken = () =>
      fetch(`${url}/body`, {
        method: 'POST',
        body: '{"text":',
        headers: { ...address, 'content-type': 'application/json' },
      }).then((reply) => ({ status: reply.status }) as Answer);
    expect((await flood(1200, broken)).every((status) => status === 400)).toBe(true);
    expect((await broken()).status).toBe(429);
    for (const status of [403, 403, 403, 429])
      expect((await ask('/few', bearer('pending2'))).status).toBe(status);
  });

  it('to an API key is no burden on its owner', async () => {
    for (let n = 0; n < 3; n += 1) await ask('/few', bearer('fay+key'));
    expect((await ask('/few', bearer('fay+key'))).status).toBe(429);
    expect((await ask('/few', bearer('fay'))).status).toBe(200);
  });
});

describe('a body', () => {
  const send = (path: string, body: BodyInit, headers: Record<string, string>): Promise<number> =>
    fetch(`${url}${path}`, { method: 'POST', body, headers }).then((reply) => reply.status);
  const json = { 'content-type': 'application/json' };
  const text = JSON.stringify({ text: 'x' });

  it('that is not of the type the operation takes is refused, whatever it holds', async () => {
    expect(await send('/body', text, json)).toBe(200);
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'image/png',
    ])
      expect(await send('/body', text, { 'content-type': type })).toBe(415);
    expect(await send('/bytes', text, json)).toBe(415);
    expect(await send('/bytes', 'x', { 'content-type': 'image/png' })).toBe(200);
    expect(await send('/bytes', 'x', { 'content-type': 'image/svg+xml' })).toBe(415);
  });

  it('that is larger than allowed is refused, also when it was packed small', async () => {
    const large = JSON.stringify({ text: 'x'.repeat(limits.restBodyBytes) });
    expect(await send('/body', large, json)).toBe(413);
    const packed = gzipSync(large);
    expect(packed.length).toBeLessThan(1000);
    expect(await send('/body', packed, { ...json, 'content-encoding': 'gzip' })).toBe(413);
    expect(await send('/bytes', 'x'.repeat(1001), { 'content-type': 'image/png' })).toBe(413);
  });

  it('that is no JSON, no object, or packed in an unknown way is refused', async () => {
    expect(await send('/body', '{"text":', json)).toBe(400);
    expect(await send('/body', '"text"', json)).toBe(400);
    expect(await send('/body', '{"text":"x","role":"admin"}', json)).toBe(400);
    expect(await send('/body', text, { ...json, 'content-encoding': 'x-unknown' })).toBe(415);
  });
});

describe('a refusal', () => {
  it('for want of a right is told with the operation, the right and the subject', async () => {
    const organizationId = '0190c0de-0000-7000-8000-000000000001';
    refused.length = 0;
    expect(await get(`/organizations/${organizationId}/right`, { token: 'ann' })).toMatchObject({
      status: 403,
    });
    expect(refused).toEqual([
      {
        operation: 'test.right',
        code: 'forbidden',
        permission: 'audit.read',
        subject: { type: 'organization', id: organizationId },
      },
    ]);
  });
});
