import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { errorCatalogue } from '../../shared/kernel/errors.ts';
import { limits } from '../../shared/kernel/limits.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { configVariables } from './config-variables.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const skipped = new Set([
  'node_modules',
  'dist',
  'data',
  'coverage',
  '.git',
  '.lectern-cache',
  'bench-results',
]);

function markdownFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return markdownFiles(path);
    return entry.name.endsWith('.md') ? [relative(root, path)] : [];
  });
}

const pages = new Map(markdownFiles(root).map((path) => [path, readFileSync(join(root, path), 'utf8')]));
const page = (path: string): string => pages.get(path) ?? '';

/** Code is no link. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
const linksOf = (text: string): string[] =>
  [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] as string);

/** As GitHub makes them from headings. */
const anchorsOf = (text: string): string[] =>
  [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} (.+)$/gm)].map((match) =>
    (match[1] as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );

/** Why a link leads nowhere; null when it leads somewhere. */
function trouble(from: string, link: string): string | null {
  const [target = '', anchor] = link.split('#');
  const path = target === '' ? from : relative(root, resolve(root, dirname(from), target));
  // The browser tests write the pictures.
  if (path.startsWith('docs/evidence/')) return null;
  if (!existsSync(join(root, path))) return `${from}: ${link}`;
  if (anchor && pages.has(path) && !anchorsOf(page(path)).includes(anchor))
    return `${from}: ${link} (no such heading)`;
  return null;
}

describe('documents', () => {
  it('exist', () => {
    const expected = [
      'README.md',
      'CONTRIBUTING.md',
      'CHANGELOG.md',
      'docs/architecture.md',
      'docs/operations.md',
      'docs/wire/channels.md',
      'docker/README.md',
    ];
    expect(expected.filter((path) => !pages.has(path))).toEqual([]);
  });

  it('link to what exists', () => {
    const links = [...pages].flatMap(([from, text]) => linksOf(text).map((link) => ({ from, link })));
    const local = links.filter(({ link }) => !/^[a-z]+:/.test(link));
    expect(local.length).toBeGreaterThan(20);
    expect(local.map(({ from, link }) => trouble(from, link)).filter((problem) => problem !== null)).toEqual(
      [],
    );
  });

  it('README.md explains every variable of the configuration', () => {
    const rows = page('README.md')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const explained = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`([A-Z][A-Z_]+)`/g)].map((match) => match[1] as string),
    );
    expect(explained.toSorted()).toEqual(configVariables().toSorted());
  });

  it('no document names a variable that the configuration does not know', () => {
    const elsewhere = [
      'LECTERN_DOMAIN',
      'POSTGRES_PASSWORD',
      'LECTERN_CHROMIUM',
      'LECTERN_EVIDENCE',
      'LECTERN_PICTURES',
      'LECTERN_NO_USER_NAMESPACE',
      'MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD',
      'MEDIASOUP_VERSION',
    ];
    const known = new Set([...configVariables(), ...elsewhere]);
    const named = [...pages].flatMap(([path, text]) =>
      [...text.matchAll(/\b((?:LECTERN|MEDIA|MEDIASOUP|TURN|TLS|METRICS|ALLOWED|TRUST)_[A-Z_]+)\b/g)].map(
        (match) => ({ path, name: match[1] as string }),
      ),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ name }) => !known.has(name))).toEqual([]);
  });

  it('docs/operations.md explains every code of a failed start', () => {
    const sources = ['server/startup-error.ts', 'server/kernel/db/embedded/error.ts']
      .map((path) => readFileSync(join(root, path), 'utf8'))
      .join('\n');
    const codes = new Set(
      [...sources.matchAll(/(?:code: |\| |\[)'?([a-z]+_[a-z_]+)\b/g)].map((match) => match[1] as string),
    );
    expect([...codes]).toEqual(
      expect.arrayContaining(['port_in_use', 'data_dir_in_use', 'config_invalid', 'start_failed']),
    );
    const explained = new Set(
      [...page('docs/operations.md').matchAll(/^\| `([a-z_]+)` \|/gm)].map((match) => match[1] as string),
    );
    expect([...codes].filter((code) => !explained.has(code))).toEqual([]);
  });

  it('docs/wire/channels.md names error codes that exist', () => {
    const named = [...page('docs/wire/channels.md').matchAll(/`([a-z]+(?:_[a-z]+)+)\b/g)].map(
      (match) => match[1] as string,
    );
    expect(named.length).toBeGreaterThan(20);
    // Socket.IO's own event.
    const unknown = named.filter((code) => code !== 'connect_error' && !Object.hasOwn(errorCatalogue, code));
    expect(unknown).toEqual([]);
  });

  it('docs/operations.md states the limits as they are', () => {
    const text = page('docs/operations.md');
    expect(text).toContain(`| Chat line | ${limits.chatLength} characters |`);
    expect(text).toContain(`| Body of a REST request | ${limits.restBodyBytes / 1024} KiB |`);
    expect(text).toContain(`| Connections of a person in a class | ${limits.connectionsPerPerson} |`);
    expect(text).toContain(
      `| Frame, and whole text, of a note | ${limits.noteDocumentBytes / 1024 / 1024} MiB |`,
    );
  });

  it('every npm script that README.md or CONTRIBUTING.md names exists', () => {
    const commands = `${page('README.md')}\n${page('CONTRIBUTING.md')}`.matchAll(
      /(?:^|`)npm (?:run )?([a-z:]+)\b/gm,
    );
    const named = new Set([...commands].map((match) => match[1] as string).filter((name) => name !== 'ci'));
    expect(named.size).toBeGreaterThan(4);
    expect([...named].filter((name) => !Object.hasOwn(packageJson.scripts, name))).toEqual([]);
  });

  it('docs/adr/README.md lists every decision under its title', () => {
    const records = [...pages.keys()].filter((path) => /^docs\/adr\/\d/.test(path));
    expect(records.length).toBeGreaterThan(6);
    for (const path of records) {
      const title = /^# \d+\. (.+)$/m.exec(page(path))?.[1];
      expect(page('docs/adr/README.md')).toMatch(`(${path.slice('docs/adr/'.length)}) | ${title} |`);
    }
  });
});
