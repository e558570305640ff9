import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createApp } from './app.ts';
import type { App } from './app.ts';
import { loadDemo, refreshDemoClasses, setDemoPasswords } from './demo/index.ts';
import { systemClock } from './kernel/clock.ts';
import { loadConfig, redacted } from './kernel/config.ts';
import type { Config } from './kernel/config.ts';
import { startEmbeddedPostgres } from './kernel/db/embedded-postgres.ts';
import { migrate } from './kernel/db/migrate.ts';
import { randomIds } from './kernel/ids.ts';
import { lanAddress, lanCertificate } from './kernel/lan.ts';
import type { TlsFiles } from './kernel/lan.ts';
import { createLogger } from './kernel/logger.ts';
import type { Logger } from './kernel/logger.ts';
import { createMediaTeller } from './follow-media.ts';
import { explain } from './startup-error.ts';

/** What a person sees in the terminal; the log is for machines. */
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** The known password of the demo accounts, for a demo that only this machine reaches. */
const demoPassword = 'lectern-demo';
const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');

/** Starts the server and keeps it until a signal; exits 1 with every reason when it cannot start. */
export async function run(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<void> {
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async (): Promise<void> => {
    for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
  };
  let config: Config | undefined;
  try {
    config = loadConfig(env, args);
    await start(config, stops);
  } catch (error) {
    process.stderr.write(`\n${explain(error, config)}\n`);
    await stopAll().catch(() => undefined);
    process.exit(1);
  }
  let stopping = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // Terminal, npm and bootstrap may each pass on the same wish; asking again later means "at once".
      if (stopping > 0 && performance.now() - stopping < 1500) return;
      if (stopping > 0) process.exit(1);
      stopping = performance.now();
      say('Stopping: finishing what was begun …');
      void stopAll().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
}

async function start(given: Config, stops: (() => Promise<void>)[]): Promise<void> {
  const startedAt = performance.now();
  const log = createLogger(given.LOG_LEVEL);
  // A stray rejection is a defect, but no reason to throw thirty pupils out of a class.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
  const { config, tls } = await withLan(given);
  log.info({ config: redacted(config) }, 'configuration');
  const databaseUrl = await database(config, log, stops);
  await migrate(databaseUrl);
  const app = await createApp({ config, databaseUrl, log, clock: systemClock, ids: randomIds, tls });
  stops.push(() => app.stop());
  const password = config.demo ? await demo(app, config) : null;
  const address = await app.start();
  announce(config, address, tls !== undefined, password, performance.now() - startedAt);
  // Kept now, where NODE_COMPILE_CACHE names a folder: who is killed keeps nothing.
  flushCompileCache();
  followMedia(app);
}

/** Says in the terminal how audio and video stand, for as long as the server runs: they may come late, or back. */
function followMedia({ media }: App): void {
  const tell = createMediaTeller(say);
  const look = (): void => tell(media.status(), media.detail());
  look();
  setInterval(look, 500).unref();
}

/** `--lan`: every interface, TLS, and the address that other machines use. */
async function withLan(config: Config): Promise<{ config: Config; tls?: TlsFiles }> {
  const tls = config.TLS_CERT && config.TLS_KEY ? { cert: config.TLS_CERT, key: config.TLS_KEY } : undefined;
  if (!config.lan) return { config, tls };
  const address = lanAddress();
  if (!address) throw new Error('--lan: this machine has no network address that others could reach');
  const announced = config.MEDIA_ANNOUNCED_ADDRESS ?? address;
  const lan = {
    ...config,
    HOST: '0.0.0.0',
    MEDIA_ANNOUNCED_ADDRESS: announced,
    PUBLIC_URL: config.PUBLIC_URL ?? `https://${address}:${config.PORT}`,
  };
  return { config: Object.freeze(lan), tls: tls ?? (await lanCertificate(config.DATA_DIR, address)) };
}

async function database(config: Config, log: Logger, stops: (() => Promise<void>)[]): Promise<string> {
  if (config.DATABASE_URL) return config.DATABASE_URL;
  say('Starting PostgreSQL (a few seconds the first time) …');
  const postgres = await startEmbeddedPostgres({
    dataDir: join(config.DATA_DIR, 'postgres'),
    log: (message, fields) => log.info(fields ?? {}, message),
    onLost(error) {
      // Without its database a server can only mislead; whoever supervises it starts it again.
      log.fatal({ err: error }, 'the database is lost');
      process.exit(1);
    },
  });
  stops.push(() => postgres.stop());
  return postgres.url;
}

/** @returns the password of the demo accounts */
async function demo(app: App, config: Config): Promise<string> {
  const password =
    config.lan || config.production || !isLoopback(config.HOST)
      ? randomBytes(6).toString('base64url')
      : demoPassword;
  const deps = {
    db: app.db,
    clock: systemClock,
    audit: app.audit,
    ids: randomIds,
    password: () => password,
    createNote: app.notes.createForClass,
  };
  const { loaded } = await loadDemo(deps);
  // The known password must not be reachable from the building, nor a forgotten random one lock the demo's owner out.
  if (!loaded) await setDemoPasswords(deps, password);
  await refreshDemoClasses(deps);
  return password;
}

function announce(
  config: Config,
  address: AddressInfo,
  secure: boolean,
  password: string | null,
  milliseconds: number,
): void {
  const host = config.lan
    ? new URL(config.PUBLIC_URL as string).hostname
    : config.HOST === '127.0.0.1' || config.HOST === '0.0.0.0'
      ? 'localhost'
      : config.HOST;
  const url = `${secure ? 'https' : 'http'}://${host}:${address.port}`;
  say(`\nLectern is ready at ${url} (${(milliseconds / 1000).toFixed(1)} s)`);
  if (config.lan)
    say('The certificate is of this machine’s own making: browsers ask once per device whether to trust it.');
  if (password) {
    say('\nDemo accounts, password '.concat(password, ':'));
    say('  teacher@lectern.test                      teaches a class that is running now');
    say('  student1@lectern.test … student30@…       learn in it');
    say('  moderator@, admin@, parent@lectern.test');
    say('  student16@ may use one device at a time; student17@ is suspended');
  }
  say(`\nREST description: ${url}/api/docs   Readiness: ${url}/readyz   Stop with Ctrl-C.\n`);
}
