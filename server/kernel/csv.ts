/**
 * A spreadsheet takes cells that begin like this for formulas and runs them (OWASP, CSV injection). An apostrophe in front
 * makes them text again.
 */
const formula = /^[=+\-@\t\r\n]/;
/** Whatever a spreadsheet somewhere takes for the end of a cell. */
const special = /[",;\t\r\n]/;

function written(value: string): string {
  const safe = formula.test(value) ? `'${value}` : value;
  return special.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line of text cells as CSV (RFC 4180), safe to open in a spreadsheet, whatever it separates cells by. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(written).join(',')}\r\n`;

/** Lines of text cells as CSV. */
export const writeCsv = (lines: readonly (readonly string[])[]): string => lines.map(csvLine).join('');

/** One record: a line, or several where a cell in quotes spans them. */
export interface CsvRecord {
  cells: string[];
  /** Its quotes do not match. */
  broken: boolean;
}

/**
 * Reads CSV of any origin, record by record. Every character is looked at a fixed number of times whatever stands around it: the
 * text comes from outside, and nobody else is served while it is read.
 */
export function* csvRecords(text: string, delimiter: ',' | ';' | '\t'): Generator<CsvRecord> {
  const plain = new RegExp(`[^${delimiter}\\r\\n]*`, 'y');
  let at = 0;
  /** Where the run of spaces ends that begins here. */
  const afterSpaces = (from: number): number => {
    let end = from;
    while (text[end] === ' ') end += 1;
    return end;
  };
  const isEnd = (index: number): boolean =>
    index >= text.length || text[index] === delimiter || text[index] === '\n' || text[index] === '\r';

  function quoted(record: CsvRecord): string {
    const begin = at + 1;
    let from = begin;
    for (;;) {
      const quote = text.indexOf('"', from);
      if (quote === -1) {
        record.broken = true;
        at = text.length;
        return text.slice(begin).replaceAll('""', '"');
      }
      if (text[quote + 1] === '"') {
        from = quote + 2;
        continue;
      }
      const end = afterSpaces(quote + 1);
      if (isEnd(end)) {
        at = end;
        return text.slice(begin, quote).replaceAll('""', '"');
      }
      record.broken = true;
      from = end;
    }
  }

  while (at < text.length) {
    const record: CsvRecord = { cells: [], broken: false };
    for (;;) {
      if (text[at] === '"') record.cells.push(quoted(record));
      else {
        plain.lastIndex = at;
        const cell = plain.exec(text)?.[0] ?? '';
        at += cell.length;
        record.cells.push(cell);
      }
      if (text[at] !== delimiter) break;
      at += 1;
    }
    at += text.startsWith('\r\n', at) ? 2 : 1;
    yield record;
  }
}
