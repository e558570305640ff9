import { readFileSync } from 'node:fs';

/** The names of the environment variables that the server's configuration reads, from its source. */
export function configVariables(): string[] {
  const source = readFileSync(new URL('../../server/kernel/config.ts', import.meta.url), 'utf8');
  const [, schema = ''] = source.split('const environment = z.object({\n');
  const names = [...(schema.split('\n});')[0] ?? '').matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(
    (match) => match[1] as string,
  );
  if (names.length < 15 || !names.includes('DATABASE_URL'))
    throw new Error('server/kernel/config.ts is not written as it was: read it anew');
  return names;
}
