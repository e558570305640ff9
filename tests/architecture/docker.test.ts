import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { configVariables } from './config-variables.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const dockerfile = read('docker/Dockerfile');
const compose = read('docker/compose.yaml');
const envExample = read('.env.example');

const known = configVariables();
/** What compose asks for besides: it becomes part of addresses. */
const composeOnly = ['LECTERN_DOMAIN', 'POSTGRES_PASSWORD'];

const matches = (text: string, pattern: RegExp): string[] => [
  ...new Set([...text.matchAll(pattern)].map((match) => match[1] as string)),
];
/** `# VARIABLE=value` and `VARIABLE=value`; prose begins with a blank after the sign. */
const exampleVariables = matches(envExample, /^#?([A-Z][A-Z_]+)=/gm);
const interpolated = matches(compose, /\$\{([A-Z_]+)/g);

/** Keys of `environment:` of one service. */
function environmentOf(service: string): string[] {
  const [, block = ''] = compose.split(`\n  ${service}:\n`);
  const own = block.split(/\n {2}\S/)[0] ?? '';
  const [, environment = ''] = own.split('\n    environment:\n');
  return matches(environment.split(/\n {4}\S/)[0] ?? '', /^ {6}([A-Z_]+):/gm);
}

describe('.env.example', () => {
  it('names every variable of the configuration, and no other', () => {
    expect(exampleVariables.toSorted()).toEqual([...known, ...composeOnly].toSorted());
  });

  it('sets nothing', () => {
    expect(envExample.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });
});

describe('docker/compose.yaml', () => {
  it('gives Lectern variables that it knows', () => {
    const given = environmentOf('lectern');
    expect(given.length).toBeGreaterThan(10);
    expect(given.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('asks for variables that .env.example marks, and no more', () => {
    const lines = envExample.split('\n');
    const marked = lines.flatMap((line, index) =>
      /\bcompose\b/.test(lines[index - 1] ?? '') ? matches(line, /^#([A-Z_]+)=/g) : [],
    );
    expect(interpolated.filter((name) => !exampleVariables.includes(name))).toEqual([]);
    expect(required().filter((name) => !marked.includes(name))).toEqual([]);
  });

  it('starts without a default for anything secret', () => {
    const secrets = [
      'LECTERN_JWT_KEYS',
      'LECTERN_TOKEN_PEPPER',
      'LECTERN_DATA_KEYS',
      'LECTERN_AUDIT_KEY',
      'METRICS_TOKEN',
      'POSTGRES_PASSWORD',
      'TURN_SECRET',
    ];
    expect(required()).toEqual(expect.arrayContaining(secrets));
    for (const name of secrets) expect(compose).not.toMatch(new RegExp(`\\$\\{${name}:?-`));
  });

  it('publishes a port for every media worker', () => {
    const first = Number(/MEDIA_LISTEN_PORT: "(\d+)"/.exec(compose)?.[1]);
    const workers = Number(/MEDIA_WORKERS: "(\d+)"/.exec(compose)?.[1]);
    const range = `${first}-${first + workers - 1}`;
    for (const protocol of ['udp', 'tcp']) {
      expect(compose).toContain(`"${range}:${range}/${protocol}"`);
      expect(dockerfile).toMatch(new RegExp(`EXPOSE .*${range}/${protocol}`));
    }
  });

  /** `${NAME:?…}`: compose refuses to start without it. */
  function required(): string[] {
    return matches(compose, /\$\{([A-Z_]+):\?/g);
  }
});

describe('docker/Dockerfile', () => {
  it('sets variables that Lectern knows', () => {
    const [, block = ''] = dockerfile.split('\nENV NODE_ENV=production');
    const names = matches(`NODE_ENV=production${block.split(/[^\\]\n/)[0]}`, /([A-Z_]+)=/g);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('copies what exists, and what .dockerignore lets through', () => {
    const letThrough = matches(read('.dockerignore'), /^!(\S+)$/gm);
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) =>
      (match[1] as string).split(' '),
    );
    expect(copied.length).toBeGreaterThan(10);
    const passes = (path: string): boolean =>
      letThrough.some((allowed) => path === allowed || path.startsWith(`${allowed}/`));
    expect(copied.filter((path) => !existsSync(join(root, path)) || !passes(path))).toEqual([]);
  });

  it('does not run as root', () => {
    const last = dockerfile.split('\nFROM ').at(-1) ?? '';
    expect(last).toMatch(/^USER node$/m);
    expect(last.indexOf('USER node')).toBeLessThan(last.indexOf('CMD ["node"'));
  });
});
