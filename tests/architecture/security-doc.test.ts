import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = readFileSync(join(root, 'docs/security.md'), 'utf8');

/** Rows of the table: `| 1.2.3 | 1 | requirement | where | proof |`. */
const rows = text
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, id = '']) => /^\d+\.\d+\.\d+$/.test(id))
  .map(([, id = '', level = '', requirement = '', , proof = '']) => ({ id, level, requirement, proof }));

const proofsOf = (cell: string): { file: string; title: string }[] =>
  [...cell.matchAll(/`(tests\/[^`]+)`: “([^”]+)”/g)].map((match) => ({
    file: match[1] as string,
    title: match[2] as string,
  }));

/** What the tests of a file are called, as it is written there. */
function titlesIn(file: string): Set<string> {
  if (!existsSync(join(root, file))) return new Set();
  const source = readFileSync(join(root, file), 'utf8');
  // `it('title'`, `test.only('title'`, and what follows the rows of an `it.each(…)(`.
  const found = source.matchAll(
    /(?:\b(?:it|test)(?:\.(?!each)\w+)?\(|\)\()\s*(['"`])((?:\\.|(?!\1)[^\\\n])*)\1\s*,/g,
  );
  return new Set([...found].map((match) => (match[2] as string).replaceAll(/\\(['"`])/g, '$1')));
}

describe('docs/security.md', () => {
  it('has a row for each requirement, once, in order, with its level and a word about proof', () => {
    expect(rows.length).toBeGreaterThan(100);
    const ids = rows.map(({ id }) => id.split('.').map(Number));
    const inOrder = ids.toSorted((a, b) => {
      const at = a.findIndex((part, index) => part !== b[index]);
      return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
    });
    expect(ids).toEqual(inOrder);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    for (const { level, requirement, proof } of rows) {
      expect(['1', '2']).toContain(level);
      expect(requirement).not.toBe('');
      expect(proof === 'not proven' || proofsOf(proof).length > 0).toBe(true);
    }
  });

  it('names tests that exist', () => {
    const titles = new Map<string, Set<string>>();
    const missing = rows.flatMap(({ id, proof }) =>
      proofsOf(proof).flatMap(({ file, title }) => {
        const known = titles.get(file) ?? titlesIn(file);
        titles.set(file, known);
        return known.has(title) ? [] : [`${id}: ${file}: ${title}`];
      }),
    );
    expect(titles.size).toBeGreaterThan(10);
    expect(missing).toEqual([]);
  });

  it('counts its rows', () => {
    const proven = rows.filter(({ proof }) => proof !== 'not proven').length;
    expect(text).toContain(
      `${rows.length} requirements that apply, in our own words; ${proven} have a test.`,
    );
  });
});
