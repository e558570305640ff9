import type { Usage } from '../measure/usage.ts';

/** A server under measurement, in a process of its own. */
export interface Server {
  name: string;
  /** `http://127.0.0.1:port` */
  url: string;
  usage(): Usage | null;
  /** `null`: it has no database. */
  databaseUsage(): Usage | null;
  stop(): Promise<void>;
}
