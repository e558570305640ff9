import type { LoadHealth } from '../load/jobs.ts';
import type { ServerUse } from '../load/run-load.ts';
import { median } from './figures.ts';
import type { Row } from './figures.ts';

/** What one server did in one round. */
export interface Round<O> {
  round: number;
  server: string;
  outcome: O;
  use: ServerUse;
}

type Value<O> = (round: Round<O>) => number | null;

/**
 * Turns rounds into a table: of each server the median over its rounds, and beside it how many times Lectern's figure
 * it is, as the median of the rounds' own ratios: both servers of a ratio ran in the same minute.
 */
export class RoundTable<O> {
  readonly #rounds: readonly Round<O>[];
  readonly #servers: readonly string[];

  constructor(rounds: readonly Round<O>[], servers: readonly string[]) {
    this.#rounds = rounds;
    this.#servers = servers;
  }

  get columns(): string[] {
    const peers = this.#servers.filter((name) => name !== 'lectern');
    return [...this.#servers, ...peers.map((name) => `${name} : lectern`)];
  }

  row(label: string, unit: string, value: Value<O>): Row {
    const cells = this.#servers.map((server) => this.middle(server, value));
    const peers = this.#servers.filter((name) => name !== 'lectern');
    return { label, unit, cells: [...cells, ...peers.map((peer) => this.ratio(peer, value))] };
  }

  middle(server: string, value: Value<O>): number | null {
    return middleOf(this.#of(server).map(value));
  }

  #of(server: string): Round<O>[] {
    return this.#rounds.filter((round) => round.server === server);
  }

  /** How many times Lectern's figure the peer's is: the median of the rounds' own ratios. */
  ratio(peer: string, value: Value<O>): number | null {
    const ratios = this.#of(peer).map((theirs) => {
      const ours = this.#of('lectern').find(({ round }) => round === theirs.round);
      const [their, our] = [value(theirs), ours ? value(ours) : null];
      return their === null || our === null || our === 0 ? null : their / our;
    });
    return middleOf(ratios);
  }
}

function middleOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null && !Number.isNaN(value)) as number[];
  return known.length > 0 ? median(known) : null;
}

type WithHealth = { health: LoadHealth };

/** CPU, memory, and how the load generator fared: the last rows of each table. */
export function usageRows<O extends WithHealth>(table: RoundTable<O>): Row[] {
  return [
    table.row('CPU of the server', 's', ({ use }) => use.cpuSeconds),
    table.row('CPU of its database', 's', ({ use }) => use.databaseCpuSeconds),
    table.row('memory of the server (RSS)', 'MiB', ({ use }) => use.rssAfterMiB),
    table.row('load generator: timers late, p99', 'ms', ({ outcome }) => outcome.health.loopDelay.p99),
    table.row('load generator: CPU', 's', ({ outcome }) => outcome.health.cpuSeconds),
    table.row('load generator: event loop busy', '%', ({ outcome }) => outcome.health.utilization * 100),
  ];
}

const tooBusy = 0.85;

/** Says so when latencies may be the load generator's own. */
export function healthNotes<O extends WithHealth>(rounds: readonly Round<O>[]): string[] {
  const busy = rounds.filter(({ outcome }) => outcome.health.utilization > tooBusy);
  if (busy.length === 0) return [];
  const which = [...new Set(busy.map(({ server }) => server))].join(', ');
  return [
    `the load generator's event loop was more than ${tooBusy * 100} % busy in ${busy.length} of ${rounds.length} rounds (${which}): their latencies are partly its own`,
  ];
}
