import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import type * as Y from 'yjs';
import { storedDoc } from './support/note-client.ts';
import { noteSuite } from './support/suite.ts';

const suite = noteSuite();

interface ExampleClient {
  doc: Y.Doc;
  saved(): Promise<void>;
  close(): void;
}

type OpenNote = (url: string, documentId: string, token: string, doc?: Y.Doc) => ExampleClient;

/** The client in docs/wire/notes.md, taken out of the page. It lies beside this file so that it finds the packages. */
async function exampleFromThePage(): Promise<OpenNote> {
  const page = readFileSync(new URL('../../docs/wire/notes.md', import.meta.url), 'utf8');
  const code = page.split('## A complete small client')[1]?.match(/```js\n([\s\S]*?)```/)?.[1];
  if (!code) throw new Error('the page has no client');
  const file = fileURLToPath(new URL(`./support/wire-example-${process.pid}.mjs`, import.meta.url));
  writeFileSync(file, code);
  try {
    const example = (await import(pathToFileURL(file).href)) as { openNote: OpenNote };
    return example.openNote;
  } finally {
    rmSync(file);
  }
}

test('[NT1] the small client of the documentation works as printed', async () => {
  const openNote = await exampleFromThePage();
  const documentId = await suite.fixtures.document(suite.ana);
  const { server, ana, ben } = suite;
  const first = openNote(server.url, documentId, await server.token(ana, documentId));
  await first.saved();
  first.doc.getText('text').insert(0, 'written by the example');
  await first.saved();
  const { parts } = await suite.fixtures.stored(documentId);
  expect(storedDoc(parts).getText('text').toJSON()).toBe('written by the example');
  const second = openNote(server.url, documentId, await server.token(ben, documentId));
  await second.saved();
  expect(second.doc.getText('text').toJSON()).toBe('written by the example');
  first.close();
  second.close();
});
