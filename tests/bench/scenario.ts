import type { ScenarioResult } from './measure/figures.ts';
import type { School } from './school.ts';
import type { Database } from './servers/database.ts';

/** What every scenario is given. */
export interface Bench {
  database: Database;
  school: School;
  /** Fewer and shorter rounds: shows that everything runs, not how fast. */
  quick: boolean;
  /** One line about what goes on now. */
  say: (text: string) => void;
}

export interface Scenario {
  name: string;
  /** One sentence for the terminal. */
  title: string;
  run(bench: Bench): Promise<ScenarioResult>;
}
