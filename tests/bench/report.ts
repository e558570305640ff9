import type { Row, ScenarioResult } from './measure/figures.ts';
import type { Machine } from './measure/machine.ts';

/** Three significant figures are more than a bench can promise. */
function figure(value: number | null, unit: string): string {
  if (value === null || Number.isNaN(value)) return '–';
  const digits = Number.isInteger(value) ? 0 : Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}${unit ? ` ${unit}` : ''}`;
}

function cellsOf({ cells, unit }: Row, columns: readonly string[]): string[] {
  // A column of ratios has no unit.
  return cells.map((value, index) => {
    const isRatio = columns[index]?.includes(' : ') ?? false;
    return value !== null && isRatio ? `${value.toFixed(2)} ×` : figure(value, isRatio ? '' : unit);
  });
}

/** A table of text: labels to the left, figures to the right. */
export function table(columns: readonly string[], rows: readonly Row[]): string {
  const lines = [['', ...columns], ...rows.map((row) => [row.label, ...cellsOf(row, columns)])];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join('  '),
    )
    .map((line) => `  ${line.trimEnd()}`)
    .join('\n');
}

export function scenarioText(name: string, title: string, result: ScenarioResult): string {
  const verdicts = result.verdicts.map(
    ({ target, value, met }) => `  ${met ? 'met   ' : 'MISSED'}  ${target}: ${value}`,
  );
  const notes = result.notes.map((note) => `  note    ${note}`);
  return [`\n${name}: ${title}`, '', table(result.columns, result.rows), '', ...verdicts, ...notes].join(
    '\n',
  );
}

export function machineText(machine: Machine): string {
  const { cores, cpu, memoryGiB, system, node, load1, fdatasyncMs } = machine;
  const commit = machine.commit
    ? `, commit ${machine.commit}${machine.changed ? ' with uncommitted changes' : ''}`
    : '';
  return [
    `Lectern ${machine.lectern}${commit}; Node ${node}; ${system}`,
    `${cores} cores (${cpu}), ${memoryGiB} GiB; load before the bench ${load1.toFixed(1)}; one durable write of 8 KiB ${fdatasyncMs.toFixed(2)} ms`,
    ...(load1 > cores / 2
      ? ['The machine is busy with something else: these figures are worth little.']
      : []),
  ].join('\n');
}
