import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { ClockSet, Coverage, readContents } from '../../server/notes/coverage.ts';
import { buildState, mergeToOne } from '../../server/notes/document-state.ts';

const range = fc
  .tuple(fc.constantFrom(1, 2), fc.nat(40), fc.integer({ min: 1, max: 10 }))
  .map(([client, start, length]) => [client, start, start + length] as const);

describe('clock sets', () => {
  test('[NT4] hold exactly the clocks that were added, and tell those that are missing', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 20 }), range, (added, asked) => {
        const set = new ClockSet();
        const model = new Set<string>();
        for (const [client, start, end] of added) {
          set.addAll([client, start, end]);
          for (let clock = start; clock < end; clock += 1) model.add(`${client}:${clock}`);
        }
        const [client, start, end] = asked;
        const missing = set.missing([client, start, end]);
        const found = new Set<number>();
        for (let i = 0; i < missing.length; i += 3) {
          expect(missing[i]).toBe(client);
          for (let clock = missing[i + 1]!; clock < missing[i + 2]!; clock += 1) found.add(clock);
        }
        for (let clock = start; clock < end; clock += 1)
          expect(found.has(clock)).toBe(!model.has(`${client}:${clock}`));
        // The state vector counts from 0 to the first gap.
        for (const [id, clock] of Y.decodeStateVector(set.stateVector())) {
          for (let c = 0; c < clock; c += 1) expect(model.has(`${id}:${c}`)).toBe(true);
          expect(model.has(`${id}:${clock}`)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** Two writers who exchange some of what they write: their updates, and all of it. */
const histories = fc
  .array(fc.tuple(fc.nat(1), fc.nat(3), fc.nat(30)), { minLength: 1, maxLength: 40 })
  .map((steps) => {
    const docs = [new Y.Doc(), new Y.Doc()];
    const updates: Uint8Array[] = [];
    for (const [i, doc] of docs.entries()) {
      doc.clientID = i + 1;
      doc.on('update', (update: Uint8Array, origin: unknown) => {
        if (origin !== 'exchange') updates.push(update);
      });
    }
    for (const [who, what, at] of steps) {
      const doc = docs[who]!;
      const text = doc.getText('text');
      if (what < 2) text.insert(Math.min(at, text.length), 'words');
      else if (what === 2 && text.length > 0) text.delete(at % text.length, 1);
      else Y.applyUpdate(doc, Y.encodeStateAsUpdate(docs[1 - who]!), 'exchange');
    }
    for (const doc of docs) for (const update of updates) Y.applyUpdate(doc, update, 'exchange');
    return { updates, whole: Y.encodeStateAsUpdate(docs[0]!), text: docs[0]!.getText('text').toJSON() };
  });

describe('coverage', () => {
  test('[NT4] what a log lacks of an update, added to the log, gives all of it, and then nothing is lacking', () => {
    fc.assert(
      fc.property(histories, fc.nat(100), ({ updates, whole, text }, percent) => {
        const log = updates.slice(0, Math.floor((updates.length * percent) / 100));
        const coverage = new Coverage();
        for (const update of log) coverage.add(readContents(update));
        const lacking = coverage.lacking(whole, readContents(whole));
        if (lacking) {
          log.push(lacking.update);
          coverage.add(lacking.contents);
        }
        expect(coverage.lacking(whole, readContents(whole))).toBeNull();
        const doc = new Y.Doc();
        for (const update of log) Y.applyUpdate(doc, update);
        expect(doc.getText('text').toJSON()).toBe(text);
        // Stored as a snapshot it covers the same.
        const snapshot = new Coverage();
        snapshot.add(readContents(buildState(log).state));
        expect(snapshot.lacking(whole, readContents(whole))).toBeNull();
      }),
      { numRuns: 200 },
    );
  });

  test('[NT16] merged in steps, many updates are what they are one by one', () => {
    const doc = new Y.Doc();
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    for (let i = 0; i < 330; i += 1) doc.getText('text').insert(0, `${i} `);
    const merged = new Y.Doc();
    Y.applyUpdate(merged, mergeToOne(updates));
    expect(merged.getText('text').toJSON()).toBe(doc.getText('text').toJSON());
  });
});
