import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

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
});
