import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import { auditEntities, createAudit } from './audit/index.ts';
import type { Audit } from './audit/index.ts';
import { createCourses, coursesEntities } from './courses/index.ts';
import type { Courses } from './courses/index.ts';
import { createFiles, filesEntities } from './files/index.ts';
import { createAccess, createIdentity, identityEntities, relateIdentitySubjects } from './identity/index.ts';
import type { Access, Identity } from './identity/index.ts';
import type { ChannelContract, RouteContract } from '../shared/kernel/contract.ts';
import type { Clock } from './kernel/clock.ts';
import type { Config } from './kernel/config.ts';
import { openDatabase } from './kernel/db/database.ts';
import type { Database } from './kernel/db/database.ts';
import { createNotices } from './kernel/db/notices.ts';
import { createDeadlines } from './kernel/deadlines.ts';
import { createOutbox } from './kernel/db/outbox.ts';
import { AppError } from './kernel/errors.ts';
import { docsRouter, openApiDocument } from './kernel/http/openapi.ts';
import { operationsRouter } from './kernel/http/operations.ts';
import { createOriginCheck } from './kernel/http/origin.ts';
import { mountRoutes } from './kernel/http/route.ts';
import { createHttpServer } from './kernel/http/server.ts';
import type { ErrorCode } from '../shared/kernel/errors.ts';
import type { Ids } from './kernel/ids.ts';
import { createJobs } from './kernel/jobs/jobs.ts';
import type { TlsFiles } from './kernel/lan.ts';
import { Lifecycle } from './kernel/lifecycle.ts';
import type { Logger } from './kernel/logger.ts';
import { createMailer } from './kernel/mail/index.ts';
import { createMemoryBus } from './kernel/realtime/bus.ts';
import { createIo } from './kernel/realtime/io.ts';
import { createRoomAudience } from './kernel/realtime/room-audience.ts';
import { createRoomFeed } from './kernel/realtime/room-feed.ts';
import { createRoomLog } from './kernel/realtime/room-log.ts';
import { createSecrets } from './kernel/secrets.ts';
import { createMetrics } from './kernel/telemetry/metrics.ts';
import { createTokens } from './kernel/tokens.ts';
import { createLive, liveEntities } from './live/index.ts';
import type { AccessChange, Live } from './live/index.ts';
import { createMedia } from './media/index.ts';
import type { Media, MediaDeps } from './media/index.ts';
import { createNotes, noteEntities, notesHandlers } from './notes/index.ts';
import type { Notes } from './notes/index.ts';

export interface AppOptions {
  config: Config;
  databaseUrl: string;
  log: Logger;
  clock: Clock;
  ids: Ids;
  /** Certificate and key files, when this process speaks TLS itself. */
  tls?: TlsFiles;
  /** For tests: shorter waits. */
  graceSeconds?: number;
  mediaTimings?: MediaDeps['timings'];
}

/** The assembled server. */
export interface App {
  start(): Promise<AddressInfo>;
  stop(): Promise<void>;
  /** Every REST operation that is mounted: what a walk over all of them goes by. */
  contracts: readonly RouteContract[];
  /** Every Socket.IO channel, for the same. */
  channels: readonly ChannelContract[];
  /** Below which paths other sockets are opened. */
  socketPaths: readonly string[];
  db: Database;
  audit: Audit;
  access: Access;
  identity: Identity;
  courses: Courses;
  live: Live;
  media: Media;
  notes: Notes;
}

const clientDir = fileURLToPath(new URL('../dist/client', import.meta.url));

/** Wires every feature; reads as the table of contents. Nothing runs before `start`. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, log, clock, ids } = options;
  const checkReplies = !config.production;

  let address: AddressInfo | undefined;

  // The kernel
  const entities = [
    ...auditEntities,
    ...filesEntities,
    ...identityEntities,
    ...coursesEntities,
    ...liveEntities,
    ...noteEntities,
  ];
  const db = await openDatabase({ url: options.databaseUrl, entities, log });
  const outbox = createOutbox(db, log);
  const notices = createNotices({ url: options.databaseUrl, log });
  const secrets = createSecrets({ pepper: config.tokenPepper, keys: config.dataKeys });
  const bus = createMemoryBus();
  const roomLog = createRoomLog(db, bus, clock);
  const audience = createRoomAudience(createRoomFeed(db, roomLog, bus, log), bus);
  const tokens = createTokens(config.jwtKeys, clock);
  const jobs = createJobs({ url: options.databaseUrl, log });
  const { mailer, devMailbox } = createMailer({ config, jobs, secrets, clock, log });
  const metrics = createMetrics();
  const originAllowed = createOriginCheck({ publicUrl: config.PUBLIC_URL, allowed: config.ALLOWED_ORIGINS });

  // The features
  const secureCookies = options.tls !== undefined || (config.PUBLIC_URL?.startsWith('https:') ?? false);
  const access = createAccess({ clock });
  relateIdentitySubjects(access);
  const audit = createAudit({
    db,
    clock,
    ids,
    log,
    key: config.auditKey,
    dataDir: config.DATA_DIR,
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
  const files = createFiles({ db, clock, ids, secrets, dataDir: config.DATA_DIR });
  const identity = createIdentity({
    db,
    outbox,
    notices,
    jobs,
    tokens,
    secrets,
    mailer,
    audit,
    access,
    files,
    clock,
    ids,
    log,
    config,
    secureCookies,
    publicUrl: () =>
      config.PUBLIC_URL?.replace(/\/$/, '') ?? `http://localhost:${address?.port ?? config.PORT}`,
  });
  const courses = createCourses({
    db,
    outbox,
    notices,
    clock,
    ids,
    audit,
    access,
    invitations: identity.invitations,
    interests: identity.interests,
    tell: identity.tell,
  });
  const media: Media = createMedia({
    config,
    log,
    clock,
    authorize: (userId, roomId, action) => live.authorizeMedia(userId, roomId, action),
    emit: (roomId, facts) => live.emitMedia(roomId, facts),
    broadcast: (roomId, type, payload) => live.broadcast(roomId, type, payload as object),
    timings: options.mediaTimings,
  });
  const notes: Notes = createNotes({
    db,
    clock,
    ids,
    log,
    tokens,
    authorize: (userId, documentId) => live.noteAccess(userId, documentId),
    isSignedIn: (authSessionId) => identity.authenticator.isSignedIn(authSessionId),
  });

  // The edges
  const http = createHttpServer({
    log,
    originAllowed,
    trustProxy: config.TRUST_PROXY,
    tls: options.tls,
    httpsOnly: config.PUBLIC_URL?.startsWith('https:') ?? false,
  });
  const io = createIo(http.server, http.admits);
  const channels: ChannelContract[] = [];
  const channel = {
    io,
    channels,
    authenticator: identity.authenticator,
    log,
    checkReplies,
    addressOf: http.addressOf,
    refused: audit.refused,
  };
  const live: Live = createLive({
    db,
    log,
    clock,
    ids,
    roomLog,
    access,
    courses,
    invitations: identity.invitations,
    notices,
    notes,
    media,
    channel,
    audience,
    audit,
    graceSeconds: options.graceSeconds,
  });
  const routes = [
    ...identity.routes,
    ...audit.routes,
    ...files.routes,
    ...courses.routes,
    ...live.routes,
    ...notesHandlers(notes),
  ];
  http.mount({
    operations: operationsRouter({
      metrics,
      metricsToken: config.METRICS_TOKEN,
      readiness: async () => ({
        database: await db.ping().then(
          () => 'up' as const,
          () => 'down' as const,
        ),
        media: media.status(),
        demo: config.demo,
        version: packageJson.version,
      }),
    }),
    api: mountRoutes(routes, {
      authenticator: identity.authenticator,
      checkReplies,
      assertOwnOrigin(req) {
        if (!originAllowed(req)) throw new AppError('origin_not_allowed');
      },
      refused: audit.refused,
    }),
    docs: docsRouter(
      openApiDocument(
        routes.map((route) => route.contract),
        packageJson.version,
      ),
    ),
    devMailbox,
    clientDir: existsSync(join(clientDir, 'index.html')) ? clientDir : undefined,
  });
  http.onUpgrade('/notes/', (req, socket, head) => notes.upgrade(req, socket, head));

  // Who hears of what
  const deadlines = createDeadlines({
    clock,
    log,
    sources: [identity.expiring, courses.expiring],
    ended: (userId) => void live.rightsChanged({ userId }),
  });
  notices.on('access.changed', (concerned) => {
    deadlines.changed();
    void live.rightsChanged(concerned as AccessChange);
  });
  notices.onGap(() => {
    deadlines.changed();
    void live.rightsChanged({});
  });
  const hangUp = (authSessionId: string, code: ErrorCode): void => {
    live.signOut(authSessionId, code);
    notes.signedOut(authSessionId);
  };
  identity.onSignedOut(hangUp);
  // What ended while this node could not listen.
  notices.onGap(() => {
    identity
      .endedAmong([...new Set([...live.authSessions(), ...notes.authSessions()])])
      .then((ended) => ended.forEach((one) => hangUp(one.authSessionId, one.code)))
      .catch((error: unknown) => log.error({ err: error }, 'sign-ins could not be checked again'));
  });

  // What happens again and again
  jobs.every('tokens.purge', '*/5 * * * *', () => identity.sweep());
  jobs.every('notes.compact', '*/5 * * * *', async () => void (await notes.compactDue()));
  jobs.every('partitions.ensure', '23 2 * * *', () => ensurePartitions(db));
  jobs.every('audit.checkpoint', '*/15 * * * *', () => audit.checkpoint());
  jobs.every('audit.retain', '53 3 * * *', () => audit.retain());
  jobs.every('outbox.purge', '47 3 * * *', async () => void (await outbox.purge(7)));
  jobs.every('rooms.prune', '41 3 * * *', async () => void (await roomLog.prune(7)));

  metrics.gauge('lectern_live_connections', 'Sockets on /live', () => live.metrics().connections);
  for (const name of ['workers', 'rooms', 'transports', 'producers', 'consumers'] as const) {
    metrics.gauge(`lectern_media_${name}`, `mediasoup ${name}`, () => media.metrics()[name]);
  }
  for (const name of ['sockets', 'rooms', 'pending', 'failures'] as const) {
    metrics.gauge(`lectern_notes_${name}`, `Notes: ${name}`, () => notes.metrics()[name]);
  }

  // In which order
  const lifecycle = new Lifecycle(log);
  lifecycle.add({ name: 'database', stop: () => db.close() });
  lifecycle.add({ name: 'identity', stop: () => identity.stop() });
  lifecycle.add({ name: 'partitions', start: () => ensurePartitions(db) });
  // What was done until the very end stands in the last checkpoint.
  lifecycle.add({ name: 'audit', stop: () => audit.checkpoint() });
  lifecycle.add({ name: 'jobs', start: () => jobs.start(), stop: () => jobs.stop() });
  lifecycle.add({ name: 'notices', start: () => notices.start(), stop: () => notices.stop() });
  lifecycle.add({ name: 'deadlines', start: () => deadlines.start(), stop: async () => deadlines.stop() });
  lifecycle.add({ name: 'outbox', start: () => outbox.start(), stop: () => outbox.stop() });
  lifecycle.add({ name: 'media', start: () => media.start(), stop: () => media.stop() });
  lifecycle.add({ name: 'live', start: () => live.start(), stop: () => live.stop() });
  // Its drain may take six seconds and its sockets two.
  lifecycle.add({ name: 'notes', start: () => notes.start(), stop: () => notes.stop(), limitMs: 12_000 });
  lifecycle.add({
    name: 'http',
    async start() {
      address = await http.listen(config.PORT, config.HOST);
    },
    async stop() {
      // Cut, not dismissed: every client then comes back by itself to the next process.
      io.engine.close();
      await http.close();
    },
  });

  return {
    async start() {
      await lifecycle.start();
      return address as AddressInfo;
    },
    stop: () => lifecycle.stop(),
    contracts: routes.map((one) => one.contract),
    channels,
    socketPaths: http.upgradePrefixes(),
    db,
    audit,
    access,
    identity,
    courses,
    live,
    media,
    notes,
  };
}

/** Months to come for the partitioned tables; also at every start, for a machine that is off at night. */
async function ensurePartitions(db: Database): Promise<void> {
  for (const table of ['audit_logs', 'audit_log_details', 'live_chat_messages', 'live_session_events'])
    await db.em().execute('select lectern_ensure_partitions(?)', [table]);
}
