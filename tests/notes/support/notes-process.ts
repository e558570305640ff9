import { startNotes } from './notes-server.ts';

/** A notes server in a process of its own, to be killed: DATABASE_URL, PORT. Says `ready` when it listens. */
const server = await startNotes({
  databaseUrl: process.env['DATABASE_URL']!,
  port: Number(process.env['PORT']),
  settings: { snapshotEveryUpdates: 60 },
});
process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)));
process.stdout.write('ready\n');
