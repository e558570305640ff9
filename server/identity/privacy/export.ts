import type { AreaDeps } from '../deps.ts';
import { readSection, sections } from './export.repository.ts';

/** Files up to this size are in the copy; a larger one is named in it. */
const fileBytes = 5 * 1024 * 1024;

type ExportDeps = Pick<AreaDeps, 'db' | 'files'>;

/** Everything that is kept about a person, as the text of a JSON value: piece by piece, never more than a page of it at once. */
export async function* personalData(
  deps: ExportDeps,
  userId: string,
  exportedAt: Date,
): AsyncIterable<string> {
  yield `{"exportedAt":${JSON.stringify(exportedAt)},"sections":{`;
  for (const [index, [name, section]] of Object.entries(sections).entries()) {
    yield `${index > 0 ? ',' : ''}\n${JSON.stringify(name)}:[`;
    let separator = '';
    for await (const row of readSection(() => deps.db.em(), section, userId)) {
      const whole = name === 'files' ? { ...row, content_base64: await contentOf(deps, row) } : row;
      yield separator + JSON.stringify(whole);
      separator = ',\n';
    }
    yield ']';
  }
  yield '}}\n';
}

async function contentOf(deps: ExportDeps, file: Record<string, unknown>): Promise<string | null> {
  if (Number(file['size_bytes']) > fileBytes) return null;
  const bytes = await deps.files.contentOf(file['id'] as string);
  return bytes && Buffer.from(bytes).toString('base64');
}
