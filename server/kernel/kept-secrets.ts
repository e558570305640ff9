import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SigningKey } from './config.ts';
import type { DataKey } from './secrets.ts';

/** The secrets of a development server, made at its first start and readable by its owner only. */
export interface KeptSecrets {
  jwt: SigningKey;
  pepper: string;
  dataKey: DataKey;
  auditKey: string;
}

type Stored = Partial<{ jwt: SigningKey; pepper: string; dataKey: string; auditKey: string }>;

/** Reads `secrets.json` in the data folder; what is missing there (at the first start, or after an upgrade) is made and kept. */
export function keptSecrets(dataDir: string): KeptSecrets {
  const file = join(dataDir, 'secrets.json');
  const stored = read(file);
  const complete = { ...make(), ...stored };
  if (Object.keys(stored).length < Object.keys(complete).length) {
    mkdirSync(dataDir, { recursive: true });
    // Another process may have made the file between the look and the write: its secrets are the ones that count.
    if (!write(file, complete, existsSync(file))) return keptSecrets(dataDir);
  }
  return { ...complete, dataKey: { id: 1, key: Buffer.from(complete.dataKey, 'base64') } };
}

function read(file: string): Stored {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Stored) : {};
}

function make(): Required<Stored> {
  const secret = (): string => randomBytes(32).toString('base64url');
  return {
    jwt: { kid: 'dev1', secret: secret() },
    pepper: secret(),
    dataKey: randomBytes(32).toString('base64'),
    auditKey: secret(),
  };
}

function write(file: string, secrets: object, replace: boolean): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(secrets), { mode: 0o600 });
  try {
    if (replace) renameSync(draft, file);
    else linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
