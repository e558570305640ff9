import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findChromium } from '../../scripts/lib/chromium.mjs';
import { isBuilt } from '../../scripts/lib/client-build.mjs';
import { explain, followsLockfile, isInstalled } from '../../scripts/lib/install.mjs';
import { withLock } from '../../scripts/lib/lock.mjs';
import { isNewEnough } from '../../scripts/lib/node-binary.mjs';
import { hashOf, writeStamp } from '../../scripts/lib/stamp.mjs';
import { verdict } from '../../scripts/lib/test-report.mjs';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lectern-scripts-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, content: string | object = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
}

const all = { dev: true };
const production = { dev: false };

describe('whether to install', () => {
  const lock = {
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0', integrity: 'x' },
      'node_modules/tool': { version: '1.0.0', dev: true },
      'node_modules/other-platform': { version: '1.0.0', optional: true },
    },
  };

  it('sees what a plain npm ci has done', () => {
    write('package-lock.json', lock);
    expect(followsLockfile(root, all)).toBe(false);
    const { 'node_modules/tool': tool, 'node_modules/other-platform': _, ...rest } = lock.packages;
    write('node_modules/.package-lock.json', { packages: { ...rest, 'node_modules/tool': tool } });
    write('node_modules/a/package.json');
    write('node_modules/tool/package.json');
    expect(followsLockfile(root, all)).toBe(true);

    rmSync(join(root, 'node_modules/a'), { recursive: true });
    expect(followsLockfile(root, all)).toBe(false);
  });

  it('does without the tools only where they are not needed', () => {
    write('package-lock.json', lock);
    write('node_modules/.package-lock.json', {
      packages: { 'node_modules/a': lock.packages['node_modules/a'] },
    });
    write('node_modules/a/package.json');
    expect(followsLockfile(root, production)).toBe(true);
    expect(followsLockfile(root, all)).toBe(false);
  });

  it('installs again when a version in the lockfile has changed', () => {
    const at = (version: string) => ({ packages: { 'node_modules/a': { version } } });
    write('package-lock.json', at('2.0.0'));
    write('node_modules/.package-lock.json', at('1.0.0'));
    write('node_modules/a/package.json');
    expect(followsLockfile(root, all)).toBe(false);
  });

  it('believes the stamp until the lockfile or package.json changes', () => {
    write('package.json', '{}');
    write('package-lock.json', '{}');
    expect(isInstalled(root, all)).toBe(false);
    writeStamp(
      join(root, 'node_modules/.lectern-installed'),
      hashOf(root, ['package-lock.json', 'package.json']),
    );
    expect(isInstalled(root, all)).toBe(true);
    expect(isInstalled(root, production)).toBe(true);
    write('package-lock.json', '{"packages":{}}');
    expect(isInstalled(root, all)).toBe(false);
  });

  it('says what to do about a failure', () => {
    expect(explain(127, '').message).toMatch(/npm was not found/);
    expect(explain(1, 'npm error code ENOTFOUND').hint).toMatch(/network/);
    expect(explain(1, 'npm error code ENOSPC').hint).toMatch(/disk is full/);
  });
});

describe('whether to build the client', () => {
  const inputs = ['client', 'shared', 'index.html', 'vite.config.ts', 'package-lock.json'];

  it('has nothing to build without a configuration', () => {
    expect(isBuilt(root)).toBe(true);
  });

  it('builds when a source is changed, added or removed', () => {
    write('vite.config.ts');
    write('client/main.tsx', 'one');
    expect(isBuilt(root)).toBe(false);
    const stamp = () => writeStamp(join(root, 'dist/client/.lectern-built'), hashOf(root, inputs));
    stamp();
    expect(isBuilt(root)).toBe(true);
    write('client/main.tsx', 'two');
    expect(isBuilt(root)).toBe(false);
    stamp();
    write('shared/new.ts');
    expect(isBuilt(root)).toBe(false);
    stamp();
    rmSync(join(root, 'shared/new.ts'));
    expect(isBuilt(root)).toBe(false);
  });
});

describe('one at a time', () => {
  it('waits for the process that holds the lock', async () => {
    const held = join(root, '.lectern-cache/work.lock');
    write('.lectern-cache/work.lock', String(process.ppid));
    let waited = false;
    const release = () => {
      waited = true;
      rmSync(held);
    };
    expect(await withLock(root, 'work', async () => 'done', release)).toBe('done');
    expect(waited).toBe(true);
  });

  it('takes over the lock of a process that is gone', async () => {
    write('.lectern-cache/work.lock', '999999999');
    expect(await withLock(root, 'work', async () => 'done')).toBe('done');
  });
});

describe('which Node', () => {
  it.each([
    ['v20.20.2', false],
    ['v22.17.9', false],
    ['v22.18.0', true],
    ['v24.0.0', true],
  ])('%s: %s', (version, expected) => expect(isNewEnough(version)).toBe(expected));
});

describe('which Chromium', () => {
  it.runIf(process.platform === 'linux')('takes the first one on the PATH', () => {
    write('bin/google-chrome');
    expect(findChromium({ PATH: join(root, 'bin') })).toBe(join(root, 'bin/google-chrome'));
    expect(findChromium({ PATH: root })).toBeUndefined();
  });
});

describe('the verdict on a test run', () => {
  const file = (status: string, ...tests: string[]) => ({
    status,
    assertionResults: tests.map((one) => ({ status: one })),
  });

  it('counts the tests', () => {
    const report = { numPassedTests: 3, numFailedTests: 0, testResults: [file('passed', 'passed')] };
    expect(verdict(report, 0)).toEqual({ line: '3 passed, 0 failed', ok: true });
  });

  it('counts a file that does not load as a failure', () => {
    const report = {
      numPassedTests: 3,
      numFailedTests: 1,
      testResults: [file('failed'), file('failed', 'failed')],
    };
    expect(verdict(report, 1)).toEqual({ line: '3 passed, 2 failed', ok: false });
  });

  it.each([
    ['nothing ran', { numPassedTests: 0, numFailedTests: 0 }, 0, '0 passed, 0 failed'],
    ['the run broke off', undefined, 1, '0 passed, 1 failed'],
    [
      'something failed outside of the tests',
      { numPassedTests: 2, numFailedTests: 0 },
      1,
      '2 passed, 1 failed',
    ],
  ])('is no success when %s', (_, report, status, line) => {
    expect(verdict(report, status)).toEqual({ line, ok: false });
  });
});
