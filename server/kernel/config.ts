import { accessSync, constants } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { keptSecrets } from './kept-secrets.ts';
import type { DataKey } from './secrets.ts';

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

/** `1:base64,2:base64`; each 32 bytes. The first seals, all open. */
const dataKeys = list.pipe(
  z
    .array(
      z
        .string()
        .regex(
          /^\d{1,3}:[A-Za-z0-9+/_-]{43}=?$/,
          'number:key, the key being the output of openssl rand -base64 32',
        )
        .transform((text): DataKey => {
          const at = text.indexOf(':');
          return { id: Number(text.slice(0, at)), key: Buffer.from(text.slice(at + 1), 'base64') };
        })
        .refine(({ id }) => id >= 1 && id <= 255, 'numbers go from 1 to 255'),
    )
    .min(1),
);

/** A way to sign in with OpenID Connect. `issuer` is known for google, microsoft and apple. */
const oidcProvider = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,32}$/),
  type: z.enum(['google', 'microsoft', 'apple', 'oidc']),
  name: z.string().min(1).max(60).optional(),
  issuer: z.url({ protocol: /^https?$/ }).optional(),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1).optional(),
  /** Apple: the secret is signed anew for each request with this key (PKCS 8, ES256). */
  apple: z.strictObject({ teamId: z.string(), keyId: z.string(), privateKey: z.string() }).optional(),
});
export type OidcProvider = z.output<typeof oidcProvider>;

const oidcProviders = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue('is no JSON');
      return z.NEVER;
    }
  })
  .pipe(
    z
      .array(oidcProvider)
      .refine(
        (all) => all.every(({ type, issuer }) => type !== 'oidc' || issuer !== undefined),
        'a provider of type oidc needs its issuer',
      )
      .refine(
        (all) => new Set(all.map(({ id }) => id)).size === all.length,
        'two providers have the same id',
      ),
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
  /** Goes into the hashes of codes and links. Changing it makes those that are out invalid. */
  LECTERN_TOKEN_PEPPER: z.string().min(32).optional(),
  LECTERN_DATA_KEYS: dataKeys.optional(),
  /** Signs the chain of the audit trail. Not for rotation: what was signed can only be checked with it. */
  LECTERN_AUDIT_KEY: z.string().min(32).optional(),
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
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  /** Sender of mails: an address, or `Name <address>`. */
  MAIL_FROM: z
    .string()
    .regex(/^[^\r\n]+$/)
    .default('Lectern <lectern@localhost>'),
  /** Text messages are posted there as JSON { to, text }. */
  SMS_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  SMS_WEBHOOK_TOKEN: z.string().min(8).optional(),
  OIDC_PROVIDERS: oidcProviders.optional(),
  /** A range interface like that of Have I Been Pwned; the first five characters of a hash are appended. */
  PASSWORD_BREACH_URL: z.url({ protocol: /^https?$/ }).optional(),
});

type Environment = z.output<typeof environment>;
const secretNames = [
  'LECTERN_JWT_KEYS',
  'LECTERN_TOKEN_PEPPER',
  'LECTERN_DATA_KEYS',
  'LECTERN_AUDIT_KEY',
] as const;
type SecretName = (typeof secretNames)[number];
export type SigningKey = z.output<typeof signingKey>;

/** The frozen configuration. `lan` = started with `--lan`. */
export type Config = Readonly<
  Omit<Environment, SecretName | 'LECTERN_DEMO' | 'LOG_LEVEL'> & {
    LOG_LEVEL: string;
    jwtKeys: readonly SigningKey[];
    /** Pepper of hashed codes and links. */
    tokenPepper: string;
    dataKeys: readonly DataKey[];
    auditKey: string;
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
  const {
    LECTERN_JWT_KEYS,
    LECTERN_TOKEN_PEPPER,
    LECTERN_DATA_KEYS,
    LECTERN_AUDIT_KEY,
    LECTERN_DEMO,
    ...values
  } = parsed.data;
  const production = values.NODE_ENV === 'production';
  const missing = secretNames.filter((name) => parsed.data[name] === undefined);
  const problems = [...unknown, ...contradictions(values, missing, production)];
  if (problems.length > 0) throw new ConfigError(problems);
  const dataDir = resolve(values.DATA_DIR);
  const kept = missing.length > 0 ? keptSecrets(dataDir) : null;
  return Object.freeze({
    ...values,
    DATA_DIR: dataDir,
    // A person at a terminal wants to read; a log collector wants to know.
    LOG_LEVEL: values.LOG_LEVEL ?? (production ? 'info' : 'warn'),
    jwtKeys: Object.freeze(LECTERN_JWT_KEYS ?? [kept!.jwt]),
    tokenPepper: LECTERN_TOKEN_PEPPER ?? kept!.pepper,
    dataKeys: Object.freeze(LECTERN_DATA_KEYS ?? [kept!.dataKey]),
    auditKey: LECTERN_AUDIT_KEY ?? kept!.auditKey,
    demo: LECTERN_DEMO ?? !production,
    lan: args.includes('--lan'),
    production,
  });
}

function contradictions(
  values: Omit<Environment, SecretName | 'LECTERN_DEMO'>,
  missing: readonly SecretName[],
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
  if (production)
    problems.push(...missing.map((name) => `${name}: production needs its own, ${howToMake[name]}`));
  if (production && !values.PUBLIC_URL)
    problems.push(
      'PUBLIC_URL: production needs the address that people open, such as https://class.example.org',
    );
  return problems;
}

const howToMake: Record<SecretName, string> = {
  LECTERN_JWT_KEYS: 'as kid:secret (32 characters or more; openssl rand -base64 32)',
  LECTERN_TOKEN_PEPPER: '32 characters or more (openssl rand -base64 32)',
  LECTERN_DATA_KEYS: 'as 1:key (openssl rand -base64 32)',
  LECTERN_AUDIT_KEY: '32 characters or more (openssl rand -base64 32)',
};

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** The configuration as it may be printed: secrets and credentials replaced. */
export function redacted(config: Config): Record<string, unknown> {
  const hidden = new Set([
    'DATABASE_URL',
    'REDIS_URL',
    'SMTP_URL',
    'SMS_WEBHOOK_URL',
    'SMS_WEBHOOK_TOKEN',
    'OIDC_PROVIDERS',
    'TURN_SECRET',
    'METRICS_TOKEN',
    'tokenPepper',
    'dataKeys',
    'auditKey',
  ]);
  return Object.fromEntries(
    Object.entries(config)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        name,
        name === 'jwtKeys' ? config.jwtKeys.map((key) => key.kid) : hidden.has(name) ? '[redacted]' : value,
      ]),
  );
}
