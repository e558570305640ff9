import { statfsSync } from 'node:fs';

/** Why the embedded database cannot serve this process. */
export type EmbeddedPostgresErrorCode =
  | 'data_dir_in_use'
  | 'data_dir_unusable'
  | 'platform_unsupported'
  | 'start_failed';

/** An error of the embedded database: `code` for programs, `hint` for the person at the terminal. */
export class EmbeddedPostgresError extends Error {
  readonly code: EmbeddedPostgresErrorCode;
  readonly hint: string;

  constructor(code: EmbeddedPostgresErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'EmbeddedPostgresError';
    this.code = code;
    this.hint = hint;
  }
}

const diskFull = 'The disk is full: free some space, or set DATA_DIR to a folder on another disk.';

const noSpace = /ENOSPC|No space left on device|Check free disk space/i;
const noQuota = /EDQUOT|Disk quota exceeded/i;

const storageTrouble: readonly (readonly [RegExp, string])[] = [
  [noSpace, diskFull],
  [noQuota, 'The disk quota is used up: free some space, or set DATA_DIR to another folder.'],
  [
    // Node reports a folder that it may not make on a read-only file system as ENOENT.
    /EROFS|Read-only file system|ENOENT.*mkdir/i,
    'The folder cannot be made, the file system may be read-only: set DATA_DIR to a folder that can be written.',
  ],
  [
    /EACCES|EPERM|Permission denied|not permitted/i,
    'The account that runs the database has to reach this folder and write there; where user namespaces are ' +
      'forbidden, root hands it to "postgres" or "nobody". Set DATA_DIR to a folder such as /var/lib/lectern.',
  ],
  [
    /ENOTDIR|EEXIST|Not a directory/i,
    'A file stands where the folder should be: move it away, or set DATA_DIR to another folder.',
  ],
];

/** Below this a server cannot even write its first log segment, nor the message that says so. */
const scarceBytes = 20 * 1024 * 1024;

/** The `code` of an error of the system or of PostgreSQL. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/**
 * Turns a failure of the file system, thrown or found in a program's output, into `data_dir_unusable`.
 * Anything else becomes `start_failed` with the end of what the program said.
 */
export function explain(dataDir: string, what: string, cause: unknown): EmbeddedPostgresError {
  if (cause instanceof EmbeddedPostgresError) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  const hint =
    storageTrouble.find(([pattern]) => pattern.test(said))?.[1] ?? (isFull(dataDir) ? diskFull : undefined);
  const text = `${what}: ${said.trim().split('\n').slice(-6).join('\n')}`;
  if (hint)
    return new EmbeddedPostgresError(
      'data_dir_unusable',
      `The data directory ${dataDir} cannot be used. ${text}`,
      hint,
      cause,
    );
  return new EmbeddedPostgresError(
    'start_failed',
    text,
    `The database's log is ${dataDir}/postgres.log. DATABASE_URL makes Lectern use a PostgreSQL server of yours instead.`,
    cause,
  );
}

/** Whether a failure may be over as soon as somebody frees some space. */
export function lacksSpace(dataDir: string, cause: unknown): boolean {
  const said = cause instanceof Error ? cause.message : String(cause);
  return noSpace.test(said) || noQuota.test(said) || isFull(dataDir);
}

function isFull(dataDir: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dataDir);
    return bavail * bsize < scarceBytes;
  } catch {
    return false;
  }
}
