import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import standard from './asvs-5.0.json' with { type: 'json' };

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = 'docs/security.md';
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const text = read(page);

/** The cells of the rows of a table of the page that begin with numbers of requirements. */
const rows = text
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, ids = '']) => /^\d+\.\d+\.\d+/.test(ids))
  .map((cells) => cells.slice(1, -1));

const met = rows
  .filter((cells) => cells.length === 5)
  .map(([id = '', level = '', topic = '', , proof = '']) => ({ id, level, topic, proof }));
const notMet = rows
  .filter((cells) => cells.length === 4)
  .map(([id = '', level = '', topic = '', missing = '']) => ({ id, level, topic, missing }));
const leftOut = rows
  .filter((cells) => cells.length === 2)
  .flatMap(([ids = '', reason = '']) => ids.split(', ').map((id) => ({ id, reason })));

/** What a proof names: a test with its title, a section of a document or a file with words that stand in it. */
interface Proof {
  target: string;
  words: string;
}

/** Null when something else stands in the cell too. */
function proofsOf(cell: string): Proof[] | null {
  const parts = cell.split('<br>').map((part) => /^(?:`([^`]+)`|\[[^\]]+\]\(([^)]+)\)): “(.+)”$/.exec(part));
  return parts.every((part) => part !== null)
    ? parts.map(([, file, link, words = '']) => ({ target: file ?? link ?? '', words }))
    : null;
}

/** What the tests of a file are called, as it is written there. */
function titlesIn(source: string): Set<string> {
  // `it('title'`, `test.only('title'`, and what follows the rows of an `it.each(…)(`.
  const found = source.matchAll(
    /(?:\b(?:it|test)(?:\.(?!each)\w+)?\(|\)\()\s*(['"`])((?:\\.|(?!\1)[^\\\n])*)\1\s*,/g,
  );
  return new Set([...found].map((match) => (match[2] as string).replaceAll(/\\(['"`])/g, '$1')));
}

/** As GitHub makes them from headings. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

/** What stands below a heading, down to the next one of its rank. */
function sectionOf(document: string, anchor: string): string | null {
  const sections = document.split(/^(?=## )/m);
  return sections.find((one) => anchorOf(/^## (.+)$/m.exec(one)?.[1] ?? '') === anchor) ?? null;
}

/** Line breaks are no part of a sentence. */
const flowing = (prose: string): string => prose.replaceAll(/\s+/g, ' ');

/** Why something is no proof; null when it is one. */
function trouble({ target, words }: Proof): string | null {
  const [path = '', anchor] = target.split('#');
  if (anchor !== undefined) {
    const document = path === '' ? page : join(dirname(page), path);
    const section = existsSync(join(root, document)) ? sectionOf(read(document), anchor) : null;
    if (section === null) return `${target}: no such section`;
    return flowing(section).includes(words) ? null : `${target}: does not say “${words}”`;
  }
  if (!existsSync(join(root, path))) return `${path}: no such file`;
  const found = /\.test\.tsx?$/.test(path) ? titlesIn(read(path)).has(words) : read(path).includes(words);
  return found ? null : `${path}: “${words}” is not there`;
}

describe('docs/security.md', () => {
  it('says of every requirement of levels 1 and 2 that it is met, not met, or about nothing that there is', () => {
    // As many as the standard has.
    expect(standard.requirements).toHaveLength(253);
    expect(standard.requirements.filter(({ level }) => level === 1)).toHaveLength(70);
    const said = [...met, ...notMet, ...leftOut].map(({ id }) => id);
    const known = standard.requirements.map(({ id }) => id);
    expect(said.toSorted()).toEqual(known.toSorted());
  });

  it('has their levels and what they are about, in the order of the standard', () => {
    const known = new Map(standard.requirements.map((one, index) => [one.id, { ...one, index }]));
    for (const { id, level, topic } of [...met, ...notMet])
      expect([id, Number(level), topic.replaceAll('`', '')]).toEqual([
        id,
        known.get(id)?.level,
        known.get(id)?.topic,
      ]);
    for (const table of [met, notMet]) {
      const order = table.map(({ id }) => known.get(id)?.index ?? -1);
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
    for (const { id, reason } of leftOut) expect([id, reason]).not.toEqual([id, '']);
    for (const { id, missing } of notMet) expect([id, missing.length > 5 || missing]).toEqual([id, true]);
  });

  it('names a proof for each that is met: a test, a section or a file that exists and says so', () => {
    const problems = met.flatMap(({ id, proof }) => {
      const proofs = proofsOf(proof);
      if (proofs === null) return [`${id}: ${proof}`];
      return proofs.map((one) => trouble(one)).flatMap((problem) => (problem ? [`${id}: ${problem}`] : []));
    });
    expect(met.length).toBeGreaterThan(200);
    expect(problems).toEqual([]);
  });

  it('finds out what is no proof', () => {
    const title = 'finds out what is no proof';
    expect(trouble({ target: 'tests/architecture/security-doc.test.ts', words: title })).toBeNull();
    expect(trouble({ target: 'tests/architecture/security-doc.test.ts', words: 'finds' })).not.toBeNull();
    expect(trouble({ target: 'tests/nowhere.test.ts', words: title })).not.toBeNull();
    expect(trouble({ target: '#rights', words: 'One policy function' })).toBeNull();
    expect(trouble({ target: '#limits', words: 'One policy function' })).not.toBeNull();
    expect(trouble({ target: 'operations.md#nowhere', words: 'a' })).not.toBeNull();
    expect(proofsOf('not proven')).toBeNull();
  });

  it('counts them', () => {
    expect(flowing(text)).toContain(
      `in our own words: ${met.length} are met, ${notMet.length} are not, and ${leftOut.length} are about something that Lectern does not have`,
    );
  });
});
