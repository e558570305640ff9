import { defineConfig } from 'vitest/config';

const globalSetup = './tests/support/global-setup.ts';

/** Stories with cameras, microphones, or the time that something takes: they need the machine for themselves. */
const withMedia = ['accessibility', 'class', 'late', 'media', 'superseded', 'tabs'].map(
  (story) => `tests/e2e/${story}.test.ts`,
);

/** What needs a database, what only reads the sources, what drives a browser through pages, and what through classes. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
          exclude: ['tests/e2e/**', 'tests/architecture/**', 'tests/bench/**'],
          globalSetup,
          // A worker loads the server once, not for every file: no module keeps state that another test could meet.
          isolate: false,
          testTimeout: 20_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'architecture',
          include: ['tests/architecture/**/*.test.ts'],
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'pages',
          include: ['tests/e2e/**/*.test.ts'],
          exclude: withMedia,
          globalSetup,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: withMedia,
          globalSetup,
          // After the others, one file at a time.
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
