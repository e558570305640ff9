import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `path: line` of every line below the folders that matches. */
function found(folders: readonly string[], pattern: RegExp): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|tsx|js|mjs)$/.test(file))
      .flatMap((file) => {
        const path = join(folder, file);
        const lines = readFileSync(join(root, path), 'utf8').split('\n');
        return lines.filter((line) => pattern.test(line)).map((line) => `${path}: ${line.trim()}`);
      }),
  );
}

describe('the sources', () => {
  it('show text as text: no HTML is put together in the page, and no text is run', () => {
    const html =
      /dangerouslySetInnerHTML|\.(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(/;
    expect(found(['client', 'server', 'shared'], html)).toEqual([]);
  });

  it('start programs by lists of arguments, never by a line for a shell', () => {
    const imported = /\bexec(Sync|File|FileSync)?\b.*from 'node:child_process'|shell: *true/;
    expect(found(['server', 'scripts'], imported)).toEqual([]);
    const starting = found(['server'], /from 'node:child_process'/).map((line) => line.split(':')[0] ?? '');
    expect(starting.toSorted((a, b) => a.localeCompare(b))).toEqual([
      'server/kernel/db/embedded/run.ts',
      'server/kernel/db/embedded/server.ts',
      'server/media/worker-binary.ts',
    ]);
  });

  it('draw what must not be guessed from the random numbers of the system', () => {
    expect(found(['server'], /Math\.random/)).toEqual([]);
    expect(found(['shared'], /Math\.random/)).toEqual([]);
  });

  it('use approved algorithms of tested libraries, and no cipher of their own', () => {
    const sources = ['server', 'shared', 'client'];
    const calls =
      /\b(create(Cipheriv|Decipheriv|Hash|Hmac)|hash|hmac|hkdf|pbkdf2|scrypt)(Sync)?\(\s*'([\w-]+)'/;
    const algorithms = found(sources, calls).map((line) => {
      const [, , , , algorithm] = calls.exec(line) ?? [];
      return `${algorithm} ${line.split(':')[0]}`;
    });
    const approved = algorithms.filter((one) => !/^(sha256|aes-256-gcm) /.test(one));
    // What others have laid down: the range interface for leaked passwords, and the credentials of TURN (HMAC).
    expect(approved.toSorted((a, b) => a.localeCompare(b))).toEqual([
      'sha1 server/identity/sign-in/breached.ts',
      'sha1 server/media/ice-servers.ts',
    ]);
    expect(algorithms).toContain('aes-256-gcm server/kernel/secrets.ts');
    const weak =
      /createCipher\(|createDecipher\(|'(aes-\d+-(ecb|cbc|ctr)|des|rc4|md5)\b|publicEncrypt|privateDecrypt/i;
    expect(found(sources, weak)).toEqual([]);
    const jwt = found(['server'], /algorithms?\b.*'(none|RS|HS(?!256))/i);
    expect(jwt).toEqual([]);
  });

  it('ask nobody but whom the configuration names, and follow no redirect', () => {
    const asking =
      /\bfetch\(|^import \{.*\b(request|get|connect|createConnection|Agent)\b.*from 'node:(https?|http2|net|tls)'|^import (?!type).*from 'nodemailer'|^} from 'openid-client'/;
    const files = found(['server'], asking).map((line) => line.split(':')[0] ?? '');
    expect([...new Set(files)].toSorted((a, b) => a.localeCompare(b))).toEqual([
      'server/identity/oidc/providers.ts',
      'server/identity/sign-in/breached.ts',
      'server/kernel/mail/transports.ts',
    ]);
    const calls = found(['server'], /\bfetch\(/);
    const strict = found(['server'], /redirect: 'error'/);
    expect(calls.length).toBeGreaterThan(0);
    expect(strict.length).toBe(calls.length);
    expect(calls.every((line) => /fetch\((options\.url|`\$\{options\.url\})/.test(line))).toBe(true);
  });

  it('take no messages of other windows', () => {
    const windows = /window\.(parent|opener|postMessage)|\b(self|parent|opener)\.postMessage|\bonmessage\b/;
    expect(found(['client'], windows)).toEqual([]);
    // A channel among tabs of the same origin.
    const listening = found(['client'], /addEventListener\('message'/);
    expect(listening.map((line) => line.split(':')[0])).toEqual(['client/kernel/sign-in-state.ts']);
    expect(found(['client'], /new BroadcastChannel\(/)).toHaveLength(1);
  });

  it('log to standard output alone', () => {
    expect(found(['server'], /\bpino\(/).map((line) => line.split(':')[0])).toEqual([
      'server/kernel/logger.ts',
    ]);
    expect(found(['server'], /\bdestination\(|transport: \{|createWriteStream/)).toEqual([]);
    const elsewhere = found(['server'], /\bconsole\.|\bappendFile/).map((line) => line.split(':')[0]);
    expect(elsewhere).toEqual([]);
  });
});

describe('the packages', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }>;
  };

  it('are listed with their versions, come from the registry, and have a hash', () => {
    const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
    expect(packages.length).toBeGreaterThan(200);
    // Without an address of its own a package is that of the registry; from Git or a folder it would have one, and no hash.
    const strange = packages.filter(
      ([, { resolved, integrity, link }]) => link || resolved || !integrity?.startsWith('sha512-'),
    );
    expect(strange.map(([path]) => path)).toEqual([]);
    const { dependencies, devDependencies, optionalDependencies } = packageJson;
    for (const version of Object.values({ ...dependencies, ...devDependencies, ...optionalDependencies }))
      expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
  });
});

describe('the database', () => {
  it('has no place for hints and secret questions', () => {
    const folder = join(root, 'migrations');
    const all = readdirSync(folder).filter((file) => file.endsWith('.ts'));
    expect(all.length).toBeGreaterThan(5);
    const hints = /password_?hint|(security|secret)_?(question|answer)/i;
    expect(all.filter((file) => hints.test(readFileSync(join(folder, file), 'utf8')))).toEqual([]);
    expect(found(['shared', 'server'], hints)).toEqual([]);
  });
});
