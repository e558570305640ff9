import { pino } from 'pino';

export type Logger = pino.Logger;

/**
 * Structured log on standard output. Static text plus fields; no names, secrets or student content.
 * The redaction list is a second line of defence, not a licence to log request bodies.
 */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [
        '*.password',
        '*.token',
        '*.accessToken',
        '*.authorization',
        '*.cookie',
        'req.headers.authorization',
        'req.headers.cookie',
        'res.headers["set-cookie"]',
      ],
      censor: '[redacted]',
    },
  });
}
