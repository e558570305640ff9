/** Codes the client gives itself when no answer came. */
const unanswered = new Set(['network', 'timeout', 'disconnected']);

function anyCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** The contract's code of a refused request; null for anything else, such as a lost connection. */
export function codeOf(error: unknown): string | null {
  const code = anyCode(error);
  return code !== null && unanswered.has(code) ? null : code;
}

/** Whether a request ended without an answer because the socket went away. */
export function isInterruption(error: unknown): boolean {
  const code = anyCode(error);
  return code !== null && unanswered.has(code);
}

/** The end of a request whose answer cannot come any more. */
export function interruption(event: string): Error {
  return Object.assign(new Error(`The connection went away before ${event} was answered.`), {
    code: 'disconnected',
  });
}

const final = new Set(['publish_locked', 'invalid_input', 'media_limit', 'media_incompatible', 'forbidden']);

/** Whether asking again would bring the same answer. */
export function isFinal(error: unknown): boolean {
  return final.has(anyCode(error) ?? '');
}

/** What went wrong with a device, as a key below `errors` of `mediaEn`. */
export function deviceErrorKey(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'permission';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'notFound';
    case 'NotReadableError':
    case 'AbortError':
      return 'inUse';
    case 'InsecureContextError':
      return 'insecure';
    default:
      return 'failed';
  }
}

/** What the server answered, as a key below `errors` of `mediaEn`. */
export function serverErrorKey(error: unknown): string {
  const code = codeOf(error);
  if (code === 'publish_locked') return 'locked';
  if (code === 'media_unavailable') return 'unavailable';
  return 'failed';
}
