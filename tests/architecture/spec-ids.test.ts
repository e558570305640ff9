import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Engines whose rules are written down, with the prefix of their numbers. */
const engines = [
  ['live', 'LV'],
  ['media', 'MD'],
  ['notes', 'NT'],
] as const;

function testTitles(): string {
  const files = readdirSync(join(root, 'tests'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.test\.tsx?$/.test(file) && !file.startsWith('architecture'),
  );
  // Only titles count: an id in a comment proves nothing.
  return files
    .flatMap((file) =>
      [
        ...readFileSync(join(root, 'tests', file), 'utf8').matchAll(
          /\b(?:it|test)(?:\.each\([^)]*\))?\(\s*(['"`])((?:(?!\1).)*)\1/gs,
        ),
      ].map((match) => match[2]),
    )
    .join('\n');
}

const titles = testTitles();
const idsIn = (text: string, prefix: string): string[] => [
  ...new Set([...text.matchAll(new RegExp(`\\[(${prefix}\\d+)\\]`, 'g'))].map((match) => match[1] as string)),
];

describe.each(engines)('%s/SPEC.md', (engine, prefix) => {
  const file = join(root, 'server', engine, 'SPEC.md');
  const rules = existsSync(file)
    ? [...readFileSync(file, 'utf8').matchAll(new RegExp(`\\*\\*(${prefix}\\d+)\\*\\*`, 'g'))].map(
        (match) => match[1] as string,
      )
    : [];

  it('has rules, each number once', () => {
    expect(rules.length).toBeGreaterThan(5);
    expect(rules.filter((rule, index) => rules.indexOf(rule) !== index)).toEqual([]);
  });

  it('every rule has a test', () => {
    const tested = new Set(idsIn(titles, prefix));
    expect(rules.filter((rule) => !tested.has(rule))).toEqual([]);
  });

  it('no test names a rule that is not written', () => {
    expect(idsIn(titles, prefix).filter((id) => !rules.includes(id))).toEqual([]);
  });
});
