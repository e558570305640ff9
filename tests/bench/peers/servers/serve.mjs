/** Listens on a free port of this machine, tells the bench which, and ends with it. */
export function serve(server) {
  server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
  process.once('disconnect', () => process.exit(0));
}
