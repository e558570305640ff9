/** One line of a scenario's table: a figure of each server. `null`: the server has no such thing. */
export interface Row {
  label: string;
  unit: string;
  /** In the order of the table's columns. */
  cells: (number | null)[];
}

/** A target and what became of it. */
export interface Verdict {
  target: string;
  value: string;
  met: boolean;
}

/** What a scenario found. */
export interface ScenarioResult {
  columns: string[];
  rows: Row[];
  verdicts: Verdict[];
  /** How to read the figures of this run, such as a load generator that was itself too busy. */
  notes: string[];
  /** Something acknowledged was lost. */
  lost: boolean;
  /** Raw figures of each round, as they are kept in the JSON. */
  rounds: unknown[];
}

/** A distribution in a few numbers; milliseconds unless said otherwise. */
export interface Spread {
  count: number;
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** Nearest-rank percentile of sorted values; NaN of none. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] as number;
}

export function spread(values: Iterable<number>): Spread {
  const sorted = Float64Array.from(values).toSorted();
  return {
    count: sorted.length,
    p50: percentile(sorted, 0.5),
    p90: percentile(sorted, 0.9),
    p99: percentile(sorted, 0.99),
    max: sorted.at(-1) ?? Number.NaN,
  };
}

/** The middle of the rounds: one noisy round does not decide. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
