import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, redacted } from '../../server/kernel/config.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lectern-config-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const problems = (env: Record<string, string>, args: string[] = []): readonly string[] => {
  try {
    loadConfig({ DATA_DIR: dir, ...env }, args);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

describe('configuration', () => {
  it('needs nothing in development, and keeps the key it makes', () => {
    const first = loadConfig({ DATA_DIR: dir });
    expect(first).toMatchObject({ PORT: 3000, HOST: '127.0.0.1', demo: true, production: false });
    expect(loadConfig({ DATA_DIR: dir }).jwtKeys).toEqual(first.jwtKeys);
    expect(statSync(join(dir, 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  it('lists every problem at once', () => {
    const found = problems({ PORT: 'eighty', DATABASE_URL: 'mysql://x', LECTERN_DEMO: 'yes' }, ['--wan']);
    expect(found.map((line) => line.split(':')[0])).toEqual([
      '--wan',
      'PORT',
      'DATABASE_URL',
      'LECTERN_DEMO',
    ]);
  });

  it('has no default for a secret in production', () => {
    const found = problems({ NODE_ENV: 'production' });
    expect(found.map((line) => line.split(':')[0])).toEqual([
      'LECTERN_JWT_KEYS',
      'LECTERN_TOKEN_PEPPER',
      'LECTERN_DATA_KEYS',
      'LECTERN_AUDIT_KEY',
      'PUBLIC_URL',
    ]);
    const secret = 'x'.repeat(32);
    const config = loadConfig({
      NODE_ENV: 'production',
      DATA_DIR: dir,
      PUBLIC_URL: 'https://class.example.org',
      LECTERN_JWT_KEYS: `b:${secret},a:${secret}`,
      LECTERN_TOKEN_PEPPER: secret,
      LECTERN_DATA_KEYS: `1:${'A'.repeat(43)}=`,
      LECTERN_AUDIT_KEY: secret,
    });
    expect(config).toMatchObject({ demo: false, jwtKeys: [{ kid: 'b' }, { kid: 'a' }] });
    expect(problems({ LECTERN_JWT_KEYS: 'a:short' })).toHaveLength(1);
  });

  it('refuses keys that are too short', () => {
    const short: Record<string, string>[] = [
      { LECTERN_JWT_KEYS: `a:${'x'.repeat(31)}` },
      { LECTERN_TOKEN_PEPPER: 'x'.repeat(31) },
      { LECTERN_DATA_KEYS: `1:${Buffer.alloc(16).toString('base64')}` },
      { LECTERN_AUDIT_KEY: 'x'.repeat(31) },
    ];
    for (const env of short)
      expect(problems(env).map((line) => line.split(/[.:]/)[0])).toEqual(Object.keys(env));
  });

  it('refuses halves of pairs', () => {
    const names = (env: Record<string, string>) => problems(env).map((line) => line.split(':')[0]);
    expect(names({ TLS_CERT: 'cert.pem' })).toEqual(['TLS_CERT and TLS_KEY', 'TLS_CERT']);
    expect(names({ TURN_URLS: 'turn:turn.example.org' })).toEqual(['TURN_SECRET']);
    expect(names({ TRUST_PROXY: 'caddy' })).toEqual(['TRUST_PROXY']);
  });

  it('takes an empty variable as not set', () => {
    expect(problems({ DATABASE_URL: '', MEDIA_LISTEN_PORT: '', TURN_URLS: '' })).toEqual([]);
  });

  it('prints no secret', () => {
    const config = loadConfig({
      DATA_DIR: dir,
      DATABASE_URL: 'postgres://lectern:geheim@localhost/x',
      LECTERN_JWT_KEYS: `k:${'geheim'.repeat(8)}`,
      TURN_URLS: 'turn:a',
      TURN_SECRET: 'geheim-geheim',
    });
    expect(JSON.stringify(redacted(config))).not.toContain('geheim');
  });
});
