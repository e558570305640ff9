/**
 * Every error a client can meet, with the HTTP status it travels under and the sentence a person reads.
 * The code is the contract; the sentence may change. `hint` says what to do next where that is not obvious.
 */
export const errorCatalogue = {
  // Shape and size of what arrived
  invalid_input: { status: 400, message: 'Some fields are not right.' },
  unknown_event: { status: 400, message: 'The server does not know this event.' },
  payload_too_large: { status: 413, message: 'That is larger than the server accepts.' },
  unsupported_media_type: { status: 415, message: 'The body must be JSON.' },
  rate_limited: { status: 429, message: 'Too many requests. Wait a moment and try again.' },
  // Who is asking
  unauthenticated: { status: 401, message: 'Sign in to go on.' },
  invalid_credentials: { status: 401, message: 'The e-mail address or the password is not right.' },
  token_expired: { status: 401, message: 'The access token has expired.' },
  token_invalid: { status: 401, message: 'The access token is not valid.' },
  session_revoked: { status: 401, message: 'This sign-in was ended. Sign in again.' },
  account_inactive: { status: 403, message: 'This account is not active.' },
  account_locked: { status: 423, message: 'Too many wrong passwords. Try again later.' },
  origin_not_allowed: { status: 403, message: 'This page may not talk to this server.' },
  // What they may do
  forbidden: { status: 403, message: 'You do not have the right to do this.' },
  not_found: { status: 404, message: 'There is nothing here, or it is not yours to see.' },
  conflict: { status: 409, message: 'Somebody changed this in the meantime.' },
  idempotency_key_reused: { status: 422, message: 'This key was used for a different request.' },
  // Live classes
  session_not_live: { status: 409, message: 'The class is not running.' },
  session_already_live: { status: 409, message: 'The class is already running.' },
  session_cancelled: { status: 409, message: 'The class was cancelled.' },
  session_full: { status: 409, message: 'The class is full.' },
  session_locked: { status: 403, message: 'The class is locked: nobody new can join.' },
  participant_removed: { status: 403, message: 'You were removed from this class.' },
  not_joined: { status: 409, message: 'Join the class first.' },
  too_many_connections: { status: 429, message: 'This class is open in too many tabs.' },
  chat_locked: { status: 403, message: 'The teacher has closed the chat for now.' },
  hands_locked: { status: 403, message: 'Raising hands is switched off for now.' },
  publish_locked: { status: 403, message: 'The teacher has switched this off for you.' },
  // Media
  media_unavailable: { status: 503, message: 'Audio and video are not available right now.' },
  media_not_found: { status: 404, message: 'This transport, producer or consumer is gone.' },
  media_incompatible: { status: 422, message: 'This device cannot receive that stream.' },
  media_limit: { status: 429, message: 'Too many streams on one connection.' },
  // Notes
  note_locked: { status: 403, message: 'This note is read-only for you.' },
  note_too_large: { status: 413, message: 'This note has reached its size limit.' },
  // The server itself
  unavailable: { status: 503, message: 'The server is starting, stopping or busy. Try again in a moment.' },
  storage_full: {
    status: 507,
    message: 'The server has no space left to store this. Nothing was changed; tell the administrator.',
  },
  internal: { status: 500, message: 'Something went wrong on our side.' },
} as const satisfies Record<string, { status: number; message: string }>;

/** A stable, documented error code. */
export type ErrorCode = keyof typeof errorCatalogue;

/** One field of an input that was refused: `path` in dot notation, '' for the input as a whole. */
export interface FieldError {
  path: string;
  code: string;
  message: string;
}

/** What some codes carry besides the code. */
export interface ErrorData {
  invalid_input: { errors: FieldError[] };
  rate_limited: { retryAfterSeconds: number };
  account_locked: { until: string };
  payload_too_large: { limitBytes: number };
  session_not_live: { status: string };
  publish_locked: { source: string };
  [code: string]: unknown;
}

/** The `error` member of a refused socket acknowledgement. */
export interface WireError {
  code: ErrorCode;
  message: string;
  data?: unknown;
}

/** RFC 9457 problem details as every REST error answers them. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail?: string;
  errors?: FieldError[];
  data?: unknown;
  requestId: string;
}
