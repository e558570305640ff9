import { ConfigError } from './kernel/config.ts';
import type { Config } from './kernel/config.ts';

interface Explanation {
  code: string;
  what: string;
  hint: string;
}

/** Why the server did not start, as a code, a sentence and what to do about it. */
export function explain(error: unknown, config?: Config): string {
  if (error instanceof ConfigError) return `[config_invalid] ${error.message}`;
  const { code, what, hint } = known(error, config);
  return `[${code}] ${what}\n  ${hint}`;
}

function known(error: unknown, config?: Config): Explanation {
  const { code, message, hint, syscall, path } = error as {
    code?: string;
    message?: string;
    hint?: string;
    syscall?: string;
    path?: string;
  };
  if (hint && code) return { code, what: message ?? '', hint };
  if (code === 'EADDRINUSE') {
    return {
      code: 'port_in_use',
      what: `Port ${config?.PORT} is used by another program.`,
      hint: `Stop it, or choose another port: PORT=${(config?.PORT ?? 3000) + 1} npm start`,
    };
  }
  if (code === 'EACCES' && syscall === 'listen')
    return {
      code: 'port_forbidden',
      what: `Port ${config?.PORT} may not be opened.`,
      hint: 'Choose a port above 1023, or put a proxy in front.',
    };
  if (config?.DATABASE_URL && isConnectionTrouble(error)) {
    const { host, pathname } = new URL(config.DATABASE_URL);
    return {
      code: 'database_unreachable',
      what: `PostgreSQL at ${host}${pathname} does not let Lectern in: ${message ?? code}`,
      hint: 'Check DATABASE_URL, and that the server runs (>= 15); without DATABASE_URL Lectern brings its own PostgreSQL.',
    };
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return {
      code: 'data_dir_unusable',
      what: `${path ?? config?.DATA_DIR ?? 'The data folder'} may not be written: ${message}`,
      hint: 'Give the account that runs Lectern the right to it, or set DATA_DIR to another folder.',
    };
  }
  if (code === 'ENOSPC' || code === '53100') {
    return {
      code: 'disk_full',
      what: `There is no space left for ${config?.DATA_DIR}.`,
      hint: 'Free some space, or set DATA_DIR to a folder on a larger disk.',
    };
  }
  return {
    code: 'start_failed',
    what: (error as Error)?.stack ?? String(error),
    hint: 'This was not expected; please report it with the lines above.',
  };
}

/** The connection itself failed: refused, unknown host, wrong password, no such database. Not: a statement that failed on it. */
function isConnectionTrouble(error: unknown): boolean {
  const { code = '', message = '', cause } = error as { code?: string; message?: string; cause?: unknown };
  if (
    /^(ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOST|28|3D|08|57P03|53300)/.test(code) ||
    /timeout exceeded when trying to connect|Connection terminated/.test(message)
  )
    return true;
  return cause !== undefined && isConnectionTrouble(cause);
}
