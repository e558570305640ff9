/** Prints one line of the bootstrap's own. */
export function say(text) {
  process.stdout.write(`lectern: ${text}\n`);
}

/** A failure that the person at the terminal can do something about. */
export class Hint extends Error {
  /** @param {string} message what went wrong @param {string} hint what to do */
  constructor(message, hint) {
    super(message);
    this.hint = hint;
  }
}

/** Runs a script's main function; a failure ends the process with status 1 and says what to do. */
export async function main(run) {
  try {
    process.exitCode = await run();
  } catch (error) {
    process.stderr.write(`\nlectern: ${error instanceof Hint ? error.message : (error.stack ?? error)}\n`);
    if (error.hint) process.stderr.write(`  hint: ${error.hint}\n`);
    process.exitCode = 1;
  }
}
