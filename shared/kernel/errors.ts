/**
 * Every error a client can meet, with the HTTP status it travels under and the sentence a person reads.
 * The code is the contract; the sentence may change. `hint` says what to do next where that is not obvious.
 */
export const errorCatalogue = {
  // Shape and size of what arrived
  invalid_input: { status: 400, message: 'Some fields are not right.' },
  unknown_event: { status: 400, message: 'The server does not know this event.' },
  payload_too_large: { status: 413, message: 'That is larger than the server accepts.' },
  unsupported_media_type: { status: 415, message: 'The server does not take this type of content here.' },
  rate_limited: { status: 429, message: 'Too many requests. Wait a moment and try again.' },
  // Who is asking
  unauthenticated: { status: 401, message: 'Sign in to go on.' },
  invalid_credentials: { status: 401, message: 'The e-mail address or the password is not right.' },
  token_expired: { status: 401, message: 'The access token has expired.' },
  token_invalid: { status: 401, message: 'The access token is not valid.' },
  session_revoked: { status: 401, message: 'This sign-in was ended. Sign in again.' },
  account_inactive: { status: 403, message: 'This account is not active.' },
  account_locked: { status: 423, message: 'Too many wrong passwords. Try again later.' },
  account_suspended: { status: 403, message: 'This account is suspended.' },
  verification_required: { status: 403, message: 'Confirm your e-mail address or phone number first.' },
  must_change_password: { status: 403, message: 'Choose a new password to go on.' },
  two_factor_setup_required: {
    status: 403,
    message: 'Your role needs a second factor. Set one up to go on.',
  },
  session_superseded: { status: 401, message: 'You signed in on another device; this one was signed out.' },
  step_up_required: { status: 403, message: 'Confirm that it is you to do this.' },
  registration_closed: { status: 403, message: 'Registration is by invitation only.' },
  weak_password: { status: 422, message: 'This password is too easy to guess.' },
  breached_password: {
    status: 422,
    message: 'This password is in a list of leaked passwords. Choose another one.',
  },
  wrong_code: { status: 400, message: 'This code is not right.' },
  wrong_purpose: { status: 400, message: 'This code was made for something else.' },
  proof_invalid: { status: 400, message: 'This link or code is not valid.' },
  proof_expired: { status: 410, message: 'This link or code has expired. Ask for a new one.' },
  already_used: { status: 410, message: 'This link or code was used already.' },
  too_many_attempts: { status: 429, message: 'Too many wrong codes. Ask for a new one.' },
  mail_unavailable: { status: 503, message: 'This server cannot send mail. Tell the administrator.' },
  sms_unavailable: {
    status: 503,
    message: 'This server cannot send text messages. Use your e-mail address.',
  },
  last_sign_in_method: { status: 409, message: 'This is your only way to sign in. Add another one first.' },
  identity_in_use: { status: 409, message: 'This sign-in belongs to another account.' },
  passkey_invalid: { status: 400, message: 'This passkey was not accepted.' },
  passkey_limit: { status: 409, message: 'An account can hold 20 passkeys. Remove one first.' },
  provider_failed: { status: 502, message: 'The sign-in provider did not answer as it should.' },
  provider_denied: { status: 400, message: 'The sign-in at the provider was cancelled.' },
  identity_unverified: {
    status: 403,
    message:
      'The provider has not confirmed your e-mail address. Sign in another way, then add the provider to your account.',
  },
  origin_not_allowed: { status: 403, message: 'This page may not talk to this server.' },
  // What they may do
  forbidden: { status: 403, message: 'You do not have the right to do this.' },
  role_level: { status: 403, message: 'That is above your own level.' },
  managed_elsewhere: { status: 403, message: 'Another organization looks after this account.' },
  own_account: { status: 409, message: 'You cannot do this to your own account.' },
  no_address: { status: 409, message: 'This account has no e-mail address to write to.' },
  too_late: { status: 410, message: 'It is too late for that.' },
  organization_suspended: { status: 403, message: 'This organization is suspended.' },
  system_object: { status: 409, message: 'This belongs to the system and cannot be changed.' },
  in_use: { status: 409, message: 'This is still in use.' },
  already_exists: { status: 409, message: 'There is one already.' },
  invitation_invalid: { status: 410, message: 'This invitation is not valid any more.' },
  course_closed: { status: 409, message: 'This course is not open.' },
  course_full: { status: 409, message: 'The course is full.' },
  already_enrolled: { status: 409, message: 'You are in this course already.' },
  enrollment_refused: {
    status: 409,
    message: 'Your place in this course was suspended or lost. Ask its teacher.',
  },
  request_declined: {
    status: 409,
    message: 'Your request for a place in this course was declined. You can ask again in a few days.',
  },
  cycle: { status: 409, message: 'That would make it its own parent.' },
  tree_too_deep: { status: 409, message: 'The tree would be too deep.' },
  last_owner: {
    status: 409,
    message: 'An organization needs an owner. Make somebody else the owner first.',
  },
  role_of_primary: {
    status: 409,
    message:
      'Your account has a role that belongs to your present organization, and would have it in this one too. Ask both of them first.',
  },
  ip_not_allowed: { status: 403, message: 'This key may not be used from here.' },
  api_key_refused: { status: 403, message: 'An API key cannot do this.' },
  api_key_limit: { status: 409, message: 'An account can hold 20 API keys. Revoke one first.' },
  follow_limit: {
    status: 409,
    message: 'You follow 1000 people, as many as one can. Unfollow somebody first.',
  },
  manager_cycle: {
    status: 409,
    message: 'That would make somebody their own manager, directly or through others.',
  },
  custom_field_limit: { status: 409, message: 'An organization can have 50 fields. Remove one first.' },
  category_limit: { status: 409, message: 'There can be 200 categories. Delete one first.' },
  image_invalid: { status: 422, message: 'This is no picture that the server understands.' },
  too_many_rows: { status: 422, message: 'That is too much at once. Narrow the filter.' },
  not_found: { status: 404, message: 'There is nothing here, or it is not yours to see.' },
  conflict: { status: 409, message: 'Somebody changed this in the meantime.' },
  idempotency_key_reused: { status: 422, message: 'This key was used for a different request.' },
  // Live classes
  session_not_live: { status: 409, message: 'The class is not running.' },
  class_over: { status: 410, message: 'This class is over.' },
  join_code_invalid: { status: 404, message: 'There is no class with this code.' },
  session_cancelled: { status: 409, message: 'The class was cancelled.' },
  session_full: { status: 409, message: 'The class is full.' },
  session_locked: { status: 403, message: 'The class is locked: nobody new can join.' },
  participant_removed: { status: 403, message: 'You were removed from this class.' },
  not_joined: { status: 409, message: 'Join the class first.' },
  too_many_connections: { status: 429, message: 'This class is open in too many tabs.' },
  connection_replaced: { status: 409, message: 'A newer connection of the same tab took over.' },
  cannot_speak: { status: 409, message: 'This person is away, or only looks on.' },
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
  /** `limit`: calls that are allowed in the window, where it is a limit of calls. */
  rate_limited: { retryAfterSeconds: number; limit?: number };
  account_locked: { until: string };
  account_suspended: { until: string | null };
  weak_password: { reasons: string[] };
  already_exists: { field: string };
  /** `until`: when one may ask again. */
  request_declined: { until: string };
  proof_invalid: { attemptsLeft?: number };
  wrong_code: { attemptsLeft: number };
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
