import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Router } from 'express';
import { Client } from 'pg';
import { vi } from 'vitest';
import { coursesEntities, createCourses } from '../../server/courses/index.ts';
import type { Courses } from '../../server/courses/index.ts';
import { auditEntities, createAudit } from '../../server/audit/index.ts';
import { createFiles, filesEntities } from '../../server/files/index.ts';
import {
  createAccess,
  createIdentity,
  identityEntities,
  relateIdentitySubjects,
} from '../../server/identity/index.ts';
import type { Identity } from '../../server/identity/index.ts';
import type { Clock } from '../../server/kernel/clock.ts';
import { loadConfig } from '../../server/kernel/config.ts';
import type { SigningKey } from '../../server/kernel/config.ts';
import { openDatabase } from '../../server/kernel/db/database.ts';
import type { Database } from '../../server/kernel/db/database.ts';
import { createNotices } from '../../server/kernel/db/notices.ts';
import { createOutbox } from '../../server/kernel/db/outbox.ts';
import { AppError } from '../../server/kernel/errors.ts';
import { createOriginCheck } from '../../server/kernel/http/origin.ts';
import { mountRoutes } from '../../server/kernel/http/route.ts';
import { createHttpServer } from '../../server/kernel/http/server.ts';
import { randomIds } from '../../server/kernel/ids.ts';
import { createJobs } from '../../server/kernel/jobs/jobs.ts';
import { createLogger } from '../../server/kernel/logger.ts';
import { createMailer } from '../../server/kernel/mail/index.ts';
import { createSecrets } from '../../server/kernel/secrets.ts';
import { createTokens } from '../../server/kernel/tokens.ts';
import type { Tokens } from '../../server/kernel/tokens.ts';
import type { Problem } from '../../shared/kernel/errors.ts';
import { createTestDatabase } from '../support/db.ts';

/** A clock that a test turns. Starts at the real time: the database has a clock of its own. */
export interface TestClock extends Clock {
  advance(milliseconds: number): void;
}

export function testClock(): TestClock {
  let offset = 0;
  return {
    now: () => new Date(Date.now() + offset),
    advance: (milliseconds) => {
      offset += milliseconds;
    },
  };
}

export const signingKeys: SigningKey[] = [{ kid: 'k1', secret: 'the first secret of a test, long enough' }];

export interface Reply<T> {
  status: number;
  body: T & Partial<Problem>;
  /** `name=value` of the refresh cookie that was set; '' when it was cleared; undefined when it was left alone. */
  cookie: string | undefined;
  headers: Headers;
}

export interface Ask {
  token?: string;
  cookie?: string;
  headers?: Record<string, string>;
  body?: unknown;
  /** Sent as it is. */
  raw?: string;
}

/** Identity and courses behind a real HTTP server, with a clock to turn. */
export interface TestServer {
  url: string;
  databaseUrl: string;
  clock: TestClock;
  db: Database;
  tokens: Tokens;
  identity: Identity;
  courses: Courses;
  ask<T = Record<string, unknown>>(method: string, path: string, options?: Ask): Promise<Reply<T>>;
  /** Events of a type, in the order they were written. */
  events(type: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export async function startServer(
  options: {
    secureCookies?: boolean;
    env?: Record<string, string>;
    /** A database that stays when the server is closed, so that another one can go on with it. */
    databaseUrl?: string;
  } = {},
): Promise<TestServer> {
  const database = options.databaseUrl
    ? { url: options.databaseUrl, drop: async () => undefined }
    : await createTestDatabase();
  const log = createLogger(process.env['TEST_LOG'] ?? 'fatal');
  const clock = testClock();
  const db = await openDatabase({
    url: database.url,
    entities: [...auditEntities, ...filesEntities, ...identityEntities, ...coursesEntities],
    log,
  });
  const outbox = createOutbox(db, log);
  const tokens = createTokens(signingKeys, clock);
  const deps = { db, outbox, clock, ids: randomIds };
  const dataDir = mkdtempSync(join(tmpdir(), 'lectern-identity-'));
  const config = loadConfig({
    NODE_ENV: 'test',
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    ...options.env,
  });
  const secrets = createSecrets({ pepper: config.tokenPepper, keys: config.dataKeys });
  const notices = createNotices({ url: database.url, log });
  const jobs = createJobs({ url: database.url, log });
  const { mailer, devMailbox } = createMailer({ config, jobs, secrets, clock, log });
  const access = createAccess({ clock });
  relateIdentitySubjects(access);
  const audit = createAudit({
    ...deps,
    log,
    key: config.auditKey,
    dataDir,
    authorize: (actor, permission, organizationId) =>
      access.require(
        db.em(),
        actor,
        permission,
        organizationId === null ? { type: 'system' } : { type: 'organization', id: organizationId },
      ),
    placeOf: (actor, subject) => access.placeOf(db.em(), actor, subject),
    alert: (tx, entry) => identity.alert(tx, entry),
  });
  const files = createFiles({ ...deps, secrets, dataDir });
  let url = '';
  const identity = createIdentity({
    ...deps,
    notices,
    jobs,
    tokens,
    secrets,
    mailer,
    audit,
    access,
    files,
    log,
    config,
    secureCookies: options.secureCookies ?? false,
    publicUrl: () => url,
  });
  const { invitations, interests, tell } = identity;
  const courses = createCourses({ ...deps, notices, audit, access, invitations, interests, tell });
  const originAllowed = createOriginCheck({ allowed: [] });
  const http = createHttpServer({ log, originAllowed, trustProxy: [] });
  http.mount({
    operations: Router(),
    docs: Router(),
    devMailbox,
    api: mountRoutes([...identity.routes, ...audit.routes, ...files.routes, ...courses.routes], {
      authenticator: identity.authenticator,
      checkReplies: true,
      assertOwnOrigin(req) {
        if (!originAllowed(req)) throw new AppError('origin_not_allowed');
      },
      refused: audit.refused,
    }),
  });
  const { port } = await http.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${port}`;
  await notices.start();
  await jobs.start();
  return {
    url,
    databaseUrl: database.url,
    clock,
    db,
    tokens,
    identity,
    courses,
    ask: (method, path, asked) => ask(url, method, path, asked),
    async events(type) {
      const rows = await db
        .em()
        .execute<{ payload: Record<string, unknown> }[]>(
          'select payload from outbox_events where event_type = ? order by id',
          [type],
        );
      return rows.map(({ payload }) => payload);
    },
    async close() {
      await http.close();
      await identity.stop();
      await jobs.stop();
      await notices.stop();
      await outbox.stop();
      await db.close();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function ask<T>(url: string, method: string, path: string, options: Ask = {}): Promise<Reply<T>> {
  const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    body,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
      ...(options.cookie ? { cookie: options.cookie } : {}),
      ...options.headers,
    },
  });
  const text = await response.text();
  const [set] = response.headers.getSetCookie();
  const cookie = set?.split(';')[0];
  return {
    status: response.status,
    body: (text ? JSON.parse(text) : null) as T & Partial<Problem>,
    cookie: cookie === 'lectern_refresh=' ? '' : cookie,
    headers: response.headers,
  };
}

/** The SQL statements that this process sends while `work` runs. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const spy = vi.spyOn(Client.prototype, 'query');
  try {
    await work();
    return spy.mock.calls.map(([first]: unknown[]) =>
      typeof first === 'string' ? first : String((first as { text?: string }).text),
    );
  } finally {
    spy.mockRestore();
  }
}
