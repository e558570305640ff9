import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launchBrowser, Person } from './browser.ts';
import type { Look } from './browser.ts';
import { ServerProcess } from './crash.ts';
import { createTestDatabase } from './db.ts';
import type { TestDatabase } from './db.ts';
import { password } from './factories.ts';

/** What a story needs: a server with a database of its own, and a browser. */
export interface Stage {
  readonly url: string;
  readonly databaseUrl: string;
  /** Somebody at a browser of their own, who has not opened anything yet. */
  arrive(name: string, look?: Partial<Look>): Promise<Person>;
  /** Somebody who has signed in and is where `next` says. */
  enter(email: string, next: string, options?: Partial<Look> & { password?: string }): Promise<Person>;
}

/**
 * Sets the stage before the stories of a file and clears it away after them. A `beforeAll` that comes after it finds it ready.
 * @param env settings of the server; a function when they are known only once an earlier `beforeAll` has run
 */
export function setStage(env: Record<string, string> | (() => Record<string, string>) = {}): Stage {
  let database: TestDatabase | undefined;
  let server: ServerProcess | undefined;
  let browser: Browser | undefined;

  beforeAll(async () => {
    database = await createTestDatabase();
    const settings = { DATABASE_URL: database.url, ...(typeof env === 'function' ? env() : env) };
    await Promise.all([
      ServerProcess.start(settings).then((started) => (server = started)),
      launchBrowser().then((launched) => (browser = launched)),
    ]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), server?.stop()]);
    await database?.drop();
  });

  const ready = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('the stage is not set before its beforeAll has run');
    return part;
  };
  return {
    get url() {
      return ready(server).url;
    },
    get databaseUrl() {
      return ready(database).url;
    },
    arrive(name, look) {
      return Person.arrive(ready(browser), name, look);
    },
    async enter(email, next, { password: secret = password, ...look } = {}) {
      const person = await this.arrive(email, look);
      await person.signIn(this.url, email, secret, next);
      return person;
    },
  };
}
