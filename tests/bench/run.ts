import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ScenarioResult } from './measure/figures.ts';
import { machine } from './measure/machine.ts';
import { machineText, scenarioText } from './report.ts';
import type { Scenario } from './scenario.ts';
import { chatFanout } from './scenarios/chat-fanout.ts';
import { eventCost } from './scenarios/event-cost.ts';
import { firstFrame } from './scenarios/first-frame.ts';
import { joinStorm } from './scenarios/join-storm.ts';
import { notesKills } from './scenarios/notes-kills.ts';
import { notesOpen } from './scenarios/notes-open.ts';
import { notesStorm } from './scenarios/notes-storm.ts';
import { signInBurst } from './scenarios/sign-in-burst.ts';
import { workerDeath } from './scenarios/worker-death.ts';
import { School } from './school.ts';
import { openDatabase } from './servers/database.ts';

/** Behind `npm run bench`: runs the scenarios one after another, prints a table of each and writes all figures. */

const scenarios: readonly Scenario[] = [
  notesStorm,
  notesKills,
  chatFanout,
  joinStorm,
  firstFrame,
  workerDeath,
  notesOpen,
  signInBurst,
  eventCost,
];
const schoolSize = 200;
const root = fileURLToPath(new URL('../..', import.meta.url));

const say = (text: string): void => void process.stdout.write(`${text}\n`);

interface Wish {
  chosen: readonly Scenario[];
  quick: boolean;
  file: string;
}

/** @throws Error that names what is not known. */
function readWish(args: string[], startedAt: Date): Wish {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: 'string' }, quick: { type: 'boolean', default: false } },
  });
  const unknown = positionals.filter((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `no such scenario: ${unknown.join(', ')}; there are ${scenarios.map(({ name }) => name).join(', ')}`,
    );
  }
  const stamp = startedAt.toISOString().replaceAll(/[:.]/g, '-');
  return {
    chosen: positionals.length === 0 ? scenarios : scenarios.filter(({ name }) => positionals.includes(name)),
    quick: values.quick,
    file: values.json ? resolve(values.json) : join(root, 'bench-results', `${stamp}.json`),
  };
}

/** A mistake in the arguments is told in one line. */
function wishOrNull(startedAt: Date): Wish | null {
  try {
    return readWish(process.argv.slice(2), startedAt);
  } catch (error) {
    process.stderr.write(`bench: ${(error as Error).message}\n`);
    return null;
  }
}

interface Report extends ScenarioResult {
  name: string;
  title: string;
}

/** @returns 1 when a scenario broke off or something acknowledged was lost; a missed target is no failure. */
async function main(): Promise<number> {
  const startedAt = new Date();
  const wish = wishOrNull(startedAt);
  if (!wish) return 1;
  const { chosen, quick, file } = wish;
  const database = await openDatabase();
  const reports: Report[] = [];
  const crashes: { name: string; error: string }[] = [];
  const facts = machine(dirname(database.dataDir));
  try {
    say(machineText(facts));
    if (quick) say('--quick: shows that everything runs, not how fast.');
    const school = await School.found(database, schoolSize);
    for (const scenario of chosen) {
      const { name, title } = scenario;
      say(`\n${name} …`);
      try {
        const result = await scenario.run({ database, school, quick, say: (text) => say(`  ${text}`) });
        reports.push({ name, title, ...result });
        say(scenarioText(name, title, result));
      } catch (error) {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        crashes.push({ name, error: text });
        say(`\n${name} broke off: ${text}`);
      }
    }
  } finally {
    await database.close();
  }
  mkdirSync(dirname(file), { recursive: true });
  const all = { startedAt: startedAt.toISOString(), quick, machine: facts, scenarios: reports, crashes };
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
  summary(reports, crashes.length, file);
  return crashes.length > 0 || reports.some(({ lost }) => lost) ? 1 : 0;
}

function summary(reports: readonly Report[], crashed: number, file: string): void {
  const verdicts = reports.flatMap((report) => report.verdicts);
  const missed = verdicts.filter(({ met }) => !met).length;
  const lost = reports.filter((report) => report.lost).map(({ name }) => name);
  say(
    `\n${verdicts.length - missed} targets met, ${missed} missed, ${crashed} scenarios broke off; figures in ${file}`,
  );
  if (lost.length > 0) say(`LOST: ${lost.join(', ')}`);
}

// `exit` runs what kills the servers that a broken scenario left behind.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main();
