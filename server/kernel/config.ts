import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const port = z.coerce.number().int().min(1).max(65_535);
const flag = z.enum(['0', '1']).transform((value) => value === '1');
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);
const signingKey = z.object({ kid: z.string().min(1).max(32), secret: z.string().min(32) });

/** `kid:secret,kid:secret`; the first signs, all verify, so that keys rotate without signing anybody out. */
const signingKeys = list.pipe(
  z
    .array(
      z
        .string()
        .transform((text) => {
          const at = text.indexOf(':');
          return { kid: text.slice(0, at), secret: text.slice(at + 1) };
        })
        .pipe(signingKey),
    )
    .min(1),
);

const environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  /** 0 takes a free port. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATA_DIR: z.string().min(1).default('./data'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** Reserved: one node uses the memory bus. */
  REDIS_URL: z.url().optional(),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  ALLOWED_ORIGINS: list.default([]),
  /** Addresses or networks of proxies whose X-Forwarded-For is believed. */
  TRUST_PROXY: list.default([]),
  TLS_CERT: z.string().min(1).optional(),
  TLS_KEY: z.string().min(1).optional(),
  LECTERN_JWT_KEYS: signingKeys.optional(),
  LECTERN_DEMO: flag.optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).optional(),
  METRICS_TOKEN: z.string().min(16).optional(),
  MEDIA_LISTEN_PORT: port.optional(),
  MEDIA_LISTEN_ADDRESS: z.ipv4().or(z.ipv6()).optional(),
  MEDIA_ANNOUNCED_ADDRESS: z.string().min(1).optional(),
  MEDIA_WORKERS: z.coerce.number().int().min(1).max(64).optional(),
  MEDIASOUP_WORKER_BIN: z.string().min(1).optional(),
  TURN_URLS: list.default([]),
  TURN_SECRET: z.string().min(8).optional(),
  /** Reserved: mail arrives with the account features. */
  SMTP_URL: z.url().optional(),
});

type Environment = z.output<typeof environment>;
export type SigningKey = z.output<typeof signingKey>;

/** The frozen configuration. `lan` = started with `--lan`. */
export type Config = Readonly<
  Omit<Environment, 'LECTERN_JWT_KEYS' | 'LECTERN_DEMO' | 'LOG_LEVEL'> & {
    LOG_LEVEL: string;
    jwtKeys: readonly SigningKey[];
    demo: boolean;
    lan: boolean;
    production: boolean;
  }
>;

/** Every problem of the configuration at once, each with the variable's name. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`The configuration is not right:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads the configuration from the environment and the command line.
 * Production takes every secret from the environment; development makes them once and keeps them in DATA_DIR.
 * @throws ConfigError listing everything that is wrong.
 */
export function loadConfig(env: NodeJS.ProcessEnv, args: readonly string[] = []): Config {
  // An empty variable means "not set": compose files pass empty strings.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  const unknown = args
    .filter((arg) => arg !== '--lan')
    .map((arg) => `${arg}: unknown argument (known: --lan)`);
  if (!parsed.success) {
    throw new ConfigError([
      ...unknown,
      ...parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    ]);
  }
  const { LECTERN_JWT_KEYS, LECTERN_DEMO, ...values } = parsed.data;
  const production = values.NODE_ENV === 'production';
  const problems = [...unknown, ...contradictions(values, LECTERN_JWT_KEYS, production)];
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze({
    ...values,
    DATA_DIR: resolve(values.DATA_DIR),
    // A person at a terminal wants to read; a log collector wants to know.
    LOG_LEVEL: values.LOG_LEVEL ?? (production ? 'info' : 'warn'),
    jwtKeys: Object.freeze(LECTERN_JWT_KEYS ?? [keptKey(resolve(values.DATA_DIR))]),
    demo: LECTERN_DEMO ?? !production,
    lan: args.includes('--lan'),
    production,
  });
}

function contradictions(
  values: Omit<Environment, 'LECTERN_JWT_KEYS' | 'LECTERN_DEMO'>,
  keys: unknown,
  production: boolean,
): string[] {
  const problems: string[] = [];
  if (Boolean(values.TLS_CERT) !== Boolean(values.TLS_KEY))
    problems.push('TLS_CERT and TLS_KEY: set both or neither');
  if (values.TURN_URLS.length > 0 && !values.TURN_SECRET)
    problems.push('TURN_SECRET: TURN_URLS needs the shared secret of the TURN server');
  for (const name of ['TLS_CERT', 'TLS_KEY'] as const) {
    const file = values[name];
    if (file && !isReadable(file)) problems.push(`${name}: ${file} cannot be read`);
  }
  for (const proxy of values.TRUST_PROXY) {
    const [address = ''] = proxy.split('/');
    if (isIP(address) === 0 && !['loopback', 'linklocal', 'uniquelocal'].includes(proxy)) {
      problems.push(
        `TRUST_PROXY: ${proxy} is no address, network, or one of loopback, linklocal, uniquelocal`,
      );
    }
  }
  if (production && !keys)
    problems.push(
      'LECTERN_JWT_KEYS: production needs its own signing keys, as kid:secret (32 characters or more; openssl rand -base64 32)',
    );
  if (production && !values.PUBLIC_URL)
    problems.push(
      'PUBLIC_URL: production needs the address that people open, such as https://class.example.org',
    );
  return problems;
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** The signing key of a development server: made at the first start, readable by its owner only. */
function keptKey(dataDir: string): SigningKey {
  const file = join(dataDir, 'secrets.json');
  if (existsSync(file)) return signingKey.parse(JSON.parse(readFileSync(file, 'utf8')).jwt);
  mkdirSync(dataDir, { recursive: true });
  const jwt = { kid: 'dev1', secret: randomBytes(32).toString('base64url') };
  try {
    writeFileSync(file, JSON.stringify({ jwt }), { mode: 0o600, flag: 'wx' });
    return jwt;
  } catch (error) {
    // Another process made it between the look and the write: its key is the one that counts.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      return signingKey.parse(JSON.parse(readFileSync(file, 'utf8')).jwt);
    throw error;
  }
}

/** The configuration as it may be printed: secrets and credentials replaced. */
export function redacted(config: Config): Record<string, unknown> {
  const hidden = new Set(['DATABASE_URL', 'REDIS_URL', 'SMTP_URL', 'TURN_SECRET', 'METRICS_TOKEN']);
  return Object.fromEntries(
    Object.entries(config)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        name,
        name === 'jwtKeys' ? config.jwtKeys.map((key) => key.kid) : hidden.has(name) ? '[redacted]' : value,
      ]),
  );
}
