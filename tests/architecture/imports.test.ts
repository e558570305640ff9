import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Module {
  path: string;
  imports: string[];
}

/** Every source file below a folder, with what it imports: paths from the root, or package names. */
function modules(folder: string): Module[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.tsx?$/.test(file),
  );
  return files.map((file) => {
    const path = join(folder, file);
    const text = readFileSync(join(root, path), 'utf8');
    const specifiers = [
      ...text.matchAll(
        /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g,
      ),
    ];
    const imports = specifiers.map((match) => (match[1] ?? match[2] ?? match[3]) as string);
    return {
      path,
      imports: imports.map((name) =>
        name.startsWith('.') ? relative(root, resolve(root, dirname(path), name)) : name,
      ),
    };
  });
}

const server = modules('server');
const shared = modules('shared');
const client = modules('client');
const featureOf = (path: string): string | null => {
  const [top, feature, file] = path.split('/');
  return top === 'server' && file !== undefined ? (feature ?? null) : null;
};
const isLocal = (name: string): boolean => /^(server|shared|client|tests|scripts|migrations)\//.test(name);

/** `path -> import` of every import that `allowed` refuses. */
const offences = (list: readonly Module[], allowed: (from: string, to: string) => boolean): string[] =>
  list.flatMap(({ path, imports }) =>
    imports.filter((to) => !allowed(path, to)).map((to) => `${path} -> ${to}`),
  );

describe('import law', () => {
  it('reads sources at all', () => {
    expect(server.length).toBeGreaterThan(50);
    expect(server.find(({ path }) => path === 'server/app.ts')?.imports).toContain('server/live/index.ts');
  });

  it('shared imports zod and shared', () => {
    expect(offences(shared, (_, to) => to === 'zod' || to.startsWith('shared/'))).toEqual([]);
  });

  it('the client imports shared and packages, never the server', () => {
    expect(
      offences(client, (_, to) => !isLocal(to) || to.startsWith('shared/') || to.startsWith('client/')),
    ).toEqual([]);
    expect(offences(client, (_, to) => !to.startsWith('node:'))).toEqual([]);
  });

  it('the kernel knows no feature', () => {
    const kernel = server.filter(({ path }) => featureOf(path) === 'kernel');
    expect(
      offences(
        kernel,
        (_, to) => !isLocal(to) || to.startsWith('server/kernel/') || to.startsWith('shared/kernel/'),
      ),
    ).toEqual([]);
  });

  it('a feature enters another by its door', () => {
    const features = server.filter(({ path }) => !['kernel', null].includes(featureOf(path)));
    const allowed = (from: string, to: string): boolean =>
      !isLocal(to) ||
      to.startsWith('shared/') ||
      to.startsWith('server/kernel/') ||
      featureOf(to) === featureOf(from) ||
      /^server\/[^/]+\/index\.ts$/.test(to);
    expect(offences(features, allowed)).toEqual([]);
  });

  it('features import each other without a cycle', () => {
    const edges = new Map<string, Set<string>>();
    for (const { path, imports } of server) {
      const from = featureOf(path);
      if (!from) continue;
      for (const to of imports.map(featureOf))
        if (to && to !== from) edges.set(from, (edges.get(from) ?? new Set()).add(to));
    }
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
      [...(edges.get(from) ?? [])].some(
        (next) => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))),
      );
    expect([...edges.keys()].filter((feature) => reaches(feature, feature))).toEqual([]);
  });

  it('media and notes know no classes', () => {
    const engines = server.filter(({ path }) => ['media', 'notes'].includes(featureOf(path) ?? ''));
    expect(offences(engines, (_, to) => !/^(server|shared)\/(live|courses)\//.test(to))).toEqual([]);
  });

  it('policies, presenters and domain files do no IO', () => {
    const pure = server.filter(
      ({ path }) =>
        /\.(policy|presenter)\.ts$/.test(path) || /^server\/live\/(class-session|guard)\.ts$/.test(path),
    );
    expect(pure.length).toBeGreaterThan(2);
    const allowed = (_: string, to: string): boolean =>
      to.startsWith('shared/') ||
      to === 'server/kernel/errors.ts' ||
      to === 'server/kernel/actor.ts' ||
      /^server\/.*(entity|policy)\.ts$/.test(to) ||
      /^server\/[a-z]+\/[a-z-]+\.ts$/.test(to);
    expect(
      offences(pure, allowed).filter((line) =>
        /node:|pg$|socket\.io|express|mediasoup|@mikro-orm/.test(line),
      ),
    ).toEqual([]);
  });
});

describe('edges', () => {
  it('routes and channels hold no SQL, no entity manager and no roles', () => {
    const edgeFiles = server.filter(({ path }) => /\.(routes|channel)\.ts$/.test(path));
    expect(edgeFiles.length).toBeGreaterThan(3);
    const offending = edgeFiles.filter(({ path }) =>
      /\.execute\(|\bem\.|role ===|select .* from/i.test(readFileSync(join(root, path), 'utf8')),
    );
    expect(offending.map(({ path }) => path)).toEqual([]);
  });

  it('services read no request, no socket and no wall clock', () => {
    const services = server.filter(({ path }) => path.endsWith('.service.ts'));
    expect(services.length).toBeGreaterThan(5);
    const offending = services.filter(({ path }) =>
      /Date\.now\(|new Date\(\)|from 'express'|from 'socket\.io'/.test(
        readFileSync(join(root, path), 'utf8'),
      ),
    );
    expect(offending.map(({ path }) => path)).toEqual([]);
  });
});
