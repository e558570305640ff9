import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';
import express from 'express';
import type { Express, Router } from 'express';
import helmet from 'helmet';
import { AppError } from '../errors.ts';
import { withRequestContext } from '../request-context.ts';
import { addressKey, addressOf, createProxyTrust, userAgentOf } from './client.ts';
import type { ProxyTrust } from './client.ts';
import type { TlsFiles } from '../lan.ts';
import type { Logger } from '../logger.ts';
import type { OriginCheck } from './origin.ts';
import { problemHandler } from './problem.ts';
import { createRateLimiter, generalLimits } from './rate-limit.ts';

declare module 'http' {
  // oxlint-disable-next-line no-shadow -- adds to the very interface imported above
  interface IncomingMessage {
    /** Set by the first middleware; stands in every error and log line of the request. */
    id?: string;
  }
}

export type UpgradeHandler = (req: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface HttpOptions {
  log: Logger;
  originAllowed: OriginCheck;
  trustProxy: readonly string[];
  tls?: TlsFiles;
  /** People reach it by HTTPS only, whoever speaks it. */
  httpsOnly?: boolean;
}

/** What the server answers, in this order. */
export interface HttpContent {
  /** `/healthz`, `/readyz`, `/metrics`. */
  operations: Router;
  /** Below `/api/v1`. */
  api: Router;
  /** Below `/api`. */
  docs: Router;
  /** Mails that were not sent, for developers and tests; null in production. */
  devMailbox?: Router | null;
  /** Folder of the built client; absent where there are no pages. */
  clientDir?: string;
}

/** One HTTP server for pages, REST, Socket.IO and notes. */
export interface HttpServer {
  server: Server;
  secure: boolean;
  /** Where a request or an upgrade comes from, through proxies as far as they are trusted. */
  addressOf(req: IncomingMessage): string | null;
  /** Whether a socket may be opened: by its origin, and by how many its address has opened. */
  admits(req: IncomingMessage): Promise<boolean>;
  /** Called once, before `listen`. */
  mount(content: HttpContent): void;
  /** Hands upgrades below `prefix` to a handler; the origin was checked. */
  onUpgrade(prefix: string, handler: UpgradeHandler): void;
  /** Below which paths sockets are opened, besides those of Socket.IO. */
  upgradePrefixes(): string[];
  listen(port: number, host: string): Promise<AddressInfo>;
  close(): Promise<void>;
}

/**
 * TLS 1.2 and 1.3, and of 1.2 only what has forward secrecy and authenticates what it encrypts; Node's own list holds CBC and
 * RSA key exchange too (RFC 9325, 4.2).
 */
const tlsRules: SecureContextOptions = {
  minVersion: 'TLSv1.2',
  ciphers:
    'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ECDHE+AESGCM:ECDHE+CHACHA20',
  honorCipherOrder: true,
};

/** Builds the express application and the server around it. */
export function createHttpServer(options: HttpOptions): HttpServer {
  const trusted = createProxyTrust(options.trustProxy);
  const app = baseApp(options, trusted);
  const server = options.tls
    ? createHttps(
        { ...tlsRules, cert: readFileSync(options.tls.cert), key: readFileSync(options.tls.key) },
        app,
      )
    : createHttp(app);
  const upgrades: { prefix: string; handler: UpgradeHandler }[] = [];

  const limiter = createRateLimiter(generalLimits.upgradesPerAddress);

  const mayConnect = (req: IncomingMessage): Promise<boolean> =>
    limiter.take(addressKey(addressOf(req, trusted))).then(
      () => true,
      () => false,
    );

  async function upgrade(req: IncomingMessage, socket: Duplex, handle: () => void): Promise<void> {
    if (!(await mayConnect(req))) return refuse(socket, '429 Too Many Requests');
    withRequestContext(
      { requestId: randomUUID(), ipAddress: addressOf(req, trusted), userAgent: userAgentOf(req) },
      handle,
    );
  }

  server.on('upgrade', (req, socket, head) => {
    const path = (req.url ?? '').split('?')[0] ?? '';
    // Socket.IO listens for its own upgrades, and asks `admits` in `allowRequest`.
    if (path.startsWith('/socket.io')) return;
    const match = upgrades.find(({ prefix }) => path.startsWith(prefix));
    if (!match) refuse(socket, '404 Not Found');
    else if (!options.originAllowed(req)) refuse(socket, '403 Forbidden');
    else void upgrade(req, socket, () => match.handler(req, socket, head));
  });

  return {
    server,
    secure: options.tls !== undefined,
    addressOf: (req) => addressOf(req, trusted),
    admits: async (req) => options.originAllowed(req) && mayConnect(req),
    mount: (content) => mount(app, content, options.log),
    onUpgrade(prefix, handler) {
      upgrades.push({ prefix, handler });
    },
    upgradePrefixes: () => upgrades.map(({ prefix }) => prefix),
    listen(port, host) {
      return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve(server.address() as AddressInfo);
        });
      });
    },
    async close() {
      // Not awaited: upgraded sockets count as connections, and their features close them with a reason of their own.
      server.close();
      server.closeAllConnections();
    },
  };
}

function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function baseApp(options: HttpOptions, trusted: ProxyTrust): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', trusted);
  app.set('query parser', 'simple');
  app.use((req, res, next) => {
    req.id = randomUUID();
    res.setHeader('x-request-id', req.id);
    withRequestContext(
      { requestId: req.id, ipAddress: addressOf(req, trusted), userAgent: userAgentOf(req) },
      next,
    );
  });
  app.use(
    helmet({
      contentSecurityPolicy: {
        directives: {
          defaultSrc: ["'self'"],
          baseUri: ["'none'"],
          frameAncestors: ["'none'"],
          connectSrc: ["'self'", 'ws:', 'wss:'],
          imgSrc: ["'self'", 'data:', 'blob:'],
          mediaSrc: ["'self'", 'blob:', 'mediastream:'],
          // Mantine writes style elements; no script is inline.
          styleSrc: ["'self'", "'unsafe-inline'"],
          // Without TLS (a laptop, a test) there is nothing to upgrade to.
          upgradeInsecureRequests: options.tls ? [] : null,
        },
      },
      // A browser that once heard this from a self-made certificate would refuse plain localhost for a year.
      strictTransportSecurity:
        (options.tls !== undefined || options.httpsOnly === true) && !options.tls?.selfMade,
      crossOriginEmbedderPolicy: false,
    }),
  );
  return app;
}

function mount(
  app: Express,
  { operations, api, docs, devMailbox, clientDir }: HttpContent,
  log: Logger,
): void {
  app.use(operations);
  if (devMailbox) app.use('/dev', devMailbox);
  app.use('/api/v1', noStore, api);
  app.use('/api', docs);
  app.use('/api', (_req, _res, next) => next(new AppError('not_found')));
  if (clientDir) mountClient(app, clientDir);
  app.use((_req, _res, next) => next(new AppError('not_found')));
  app.use(problemHandler(log));
}

const noStore: express.RequestHandler = (_req, res, next) => {
  res.setHeader('cache-control', 'no-store');
  next();
};

function mountClient(app: Express, dir: string): void {
  const page: express.RequestHandler = (_req, res, next) => {
    res.setHeader('cache-control', 'no-cache');
    res.sendFile(join(dir, 'index.html'), (error) => (error ? next(new AppError('not_found')) : undefined));
  };
  // Assets carry a hash in their names; the page that names them must always be fresh.
  app.use(
    '/assets',
    express.static(join(dir, 'assets'), { immutable: true, maxAge: '365d', fallthrough: false }),
  );
  app.use(express.static(dir, { index: false, maxAge: 0 }));
  // Every other address is a screen of the client.
  app.get(['/', '/*path'], page);
}
