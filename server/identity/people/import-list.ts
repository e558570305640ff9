import type { z } from 'zod';
import { roleSlugs } from '../../../shared/identity/contract.ts';
import type { RoleSlug } from '../../../shared/identity/contract.ts';
import { importLimits } from '../../../shared/identity/people-imports.ts';
import type { ImportColumn, ImportProblem } from '../../../shared/identity/people-imports.ts';
import { personFields } from '../../../shared/identity/people.ts';
import { csvRecords } from '../../kernel/csv.ts';

/** What a row says of somebody; what it does not say is left out. */
export interface ImportData {
  displayName?: string;
  firstName?: string;
  lastName?: string;
  email?: string;
  phone?: string;
  role?: RoleSlug;
  username?: string;
  department?: string;
  employeeId?: string;
}

/** One row: as it was written, what was understood of it, and what is wrong with it. */
export interface ImportRow {
  /** Counts from 1 and includes the header. */
  row: number;
  raw: Partial<Record<ImportColumn, string>>;
  data: ImportData;
  problems: ImportProblem[];
}

/** A list as it was understood. */
export interface ImportList {
  columns: ImportColumn[];
  ignoredColumns: string[];
  rows: ImportRow[];
}

/** Why a list cannot be used at all. */
export type ListRefusal = 'empty' | 'no_name_column' | 'no_contact_column' | 'column_twice' | 'too_many_rows';

// Lower-case letters and digits only: "E-Mail", "e_mail" and "E mail" are one.
const aliases = named<ImportColumn>({
  name: 'name',
  fullname: 'name',
  displayname: 'name',
  firstname: 'first_name',
  givenname: 'first_name',
  forename: 'first_name',
  lastname: 'last_name',
  surname: 'last_name',
  familyname: 'last_name',
  email: 'email',
  mail: 'email',
  emailaddress: 'email',
  mailaddress: 'email',
  phone: 'phone',
  phonenumber: 'phone',
  telephone: 'phone',
  tel: 'phone',
  mobile: 'phone',
  mobilephone: 'phone',
  role: 'role',
  type: 'role',
  username: 'username',
  user: 'username',
  login: 'username',
  department: 'department',
  class: 'department',
  group: 'department',
  employeeid: 'employee_id',
  employeenumber: 'employee_id',
  studentid: 'employee_id',
  studentnumber: 'employee_id',
});

const roleAliases = named<RoleSlug>({
  ...Object.fromEntries(roleSlugs.map((slug) => [slug.replace('_', ''), slug])),
  teacher: 'instructor',
  pupil: 'student',
  learner: 'student',
  guardian: 'parent',
  administrator: 'admin',
  superadministrator: 'super_admin',
});

// A function, and so there from the beginning; a map, since a column may be called "constructor".
function named<T>(names: Record<string, T>): ReadonlyMap<string, T> {
  return new Map(Object.entries(names));
}

const bare = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/** Reads a list; nothing but the text decides. */
export function readList(text: string): ImportList | { refusal: ListRefusal } {
  // A zero byte and half a surrogate pair cannot be stored; a byte order mark belongs to no name.
  const clean = text
    .toWellFormed()
    .replaceAll('\0', '\uFFFD')
    .replace(/^\uFEFF/, '');
  let index = 0;
  let header: string[] | undefined;
  const body: { row: number; cells: string[]; broken: boolean }[] = [];
  for (const { cells, broken } of csvRecords(clean, delimiterOf(clean))) {
    index += 1;
    if (cells.every((cell) => cell.trim() === '')) continue;
    if (!header) header = cells;
    else if (body.length === importLimits.rows) return { refusal: 'too_many_rows' };
    else body.push({ row: index, cells, broken });
  }
  if (!header || body.length === 0) return { refusal: 'empty' };
  const columnsAt = header
    .slice(0, mostColumns)
    .map((cell, at) => ({ cell, at, column: aliases.get(bare(cell)) ?? null }));
  const known = columnsAt.filter((one): one is Known => one.column !== null);
  const columns = known.map(({ column }) => column);
  if (new Set(columns).size < columns.length) return { refusal: 'column_twice' };
  if (!columns.includes('name') && !columns.includes('first_name')) return { refusal: 'no_name_column' };
  if (!columns.includes('email') && !columns.includes('phone')) return { refusal: 'no_contact_column' };
  const rows = body.map(({ row, cells, broken }) => {
    const read = readRow(rawRow(cells, known));
    if (broken) read.problems.unshift({ column: null, code: 'broken' });
    return { row, ...read };
  });
  markDuplicates(rows);
  const ignored = columnsAt.filter(({ column, cell }) => column === null && cell.trim() !== '');
  return { columns, ignoredColumns: ignored.slice(0, mostIgnored).map(({ cell }) => short(cell)), rows };
}

/** A column of the list whose name says what it is. */
interface Known {
  cell: string;
  at: number;
  column: ImportColumn;
}

/** Columns that are looked at, and columns without a meaning that are told of by name. */
const mostColumns = 1000;
const mostIgnored = 100;

/** What separates the names of the columns: the other lines may hold anything. */
function delimiterOf(text: string): ',' | ';' | '\t' {
  // The first line that says something. A pattern that looks for it would try each of two million spaces as a beginning.
  const header = (/^[^\r\n]*/.exec(text.trimStart())?.[0] ?? '').replaceAll(/"[^"]*"/g, '');
  const times = (mark: string): number => header.split(mark).length;
  return ([',', ';', '\t'] as const).reduce((best, mark) => (times(mark) > times(best) ? mark : best));
}

const longestShown = 300;
const short = (text: string): string => text.slice(0, longestShown).toWellFormed();

function rawRow(cells: readonly string[], known: readonly Known[]): ImportRow['raw'] {
  const raw: ImportRow['raw'] = {};
  for (const { at, column } of known) {
    // Our own CSV puts an apostrophe before what looks like a formula: a corrected list comes back with it.
    const text = cells[at]?.trim().replace(/^'(?=[=+\-@])/, '') ?? '';
    if (text !== '') raw[column] = text;
  }
  return raw;
}

function readRow(raw: ImportRow['raw']): Omit<ImportRow, 'row'> {
  const problems: ImportProblem[] = [];
  /** A field that is there and right; what is wrong with it is noted. */
  function field(column: ImportColumn, shape: z.ZodType<string>): string | undefined {
    const text = raw[column];
    if (text === undefined) return undefined;
    const result = shape.safeParse(text);
    if (result.success) return result.data;
    const tooLong = result.error.issues.some(({ code }) => code === 'too_big');
    problems.push({ column, code: tooLong ? 'too_long' : 'invalid' });
    return undefined;
  }

  const name = field('name', personFields.displayName);
  const firstName = field('first_name', personFields.firstName);
  const lastName = field('last_name', personFields.lastName);
  const email = field('email', personFields.email);
  const phone = field('phone', personFields.phone);
  const username = field('username', personFields.username);
  const department = field('department', personFields.department);
  const employeeId = field('employee_id', personFields.employeeId);
  const role = raw.role === undefined ? 'student' : roleAliases.get(bare(raw.role));
  if (role === undefined) problems.push({ column: 'role', code: 'role_unknown' });
  if (raw.name === undefined && raw.first_name === undefined && raw.last_name === undefined)
    problems.push({ column: 'name', code: 'missing' });
  if (raw.email === undefined && raw.phone === undefined) problems.push({ column: 'email', code: 'missing' });

  const data: ImportData = { firstName, lastName, email, phone, username, department, employeeId, role };
  data.displayName = name ?? ([firstName, lastName].filter(Boolean).join(' ') || undefined);
  return { raw: shortened(raw), data, problems };
}

/** A cell may hold a whole book; what is shown again is its beginning. */
const shortened = (raw: ImportRow['raw']): ImportRow['raw'] =>
  Object.fromEntries(Object.entries(raw).map(([column, text]) => [column, short(text)]));

/** The first one of several keeps an address. */
function markDuplicates(rows: readonly ImportRow[]): void {
  for (const column of ['email', 'phone', 'username'] as const) {
    const seen = new Map<string, number>();
    for (const { row, data, problems } of rows) {
      const value = data[column];
      if (value === undefined) continue;
      const first = seen.get(value);
      if (first === undefined) seen.set(value, row);
      else problems.push({ column, code: 'duplicate', sameAsRow: first });
    }
  }
}
