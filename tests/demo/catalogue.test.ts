import { expect, it } from 'vitest';
import { catalogue } from '../../server/demo/catalogue.ts';

const lines = catalogue.flatMap(({ topics }) => topics).map(({ title, chat }) => ({ title, chat }));

it.each(lines)('$title: a talk that happened in order, within the 45 minutes of a class', ({ chat }) => {
  expect(chat.length).toBeGreaterThanOrEqual(4);
  const minutes = chat.map(([minute]) => minute);
  expect(minutes).toEqual(minutes.toSorted((a, b) => a - b));
  // Lines of one minute come seconds apart: the last one must not fall behind the bell.
  expect(Math.max(...minutes)).toBeLessThan(45);
});
