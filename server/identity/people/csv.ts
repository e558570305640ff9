/**
 * A spreadsheet takes cells that begin like this for formulas and runs them (OWASP, CSV injection). An apostrophe in front
 * makes them text again.
 */
const formula = /^[=+\-@\t\r]/;

function cell(value: string): string {
  const safe = formula.test(value) ? `'${value}` : value;
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Lines of text cells as CSV (RFC 4180), safe to open in a spreadsheet. */
export const writeCsv = (lines: readonly (readonly string[])[]): string =>
  lines.map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');
