import type { z } from 'zod';
import type { ErrorCode } from './errors.ts';

/** How often an operation may be called: `points` per `seconds`, counted per `by`. */
export interface RateLimit {
  points: number;
  seconds: number;
  by: 'address' | 'user';
}

type Schema = z.ZodType;

/** What somebody has to do before anything else is answered; also the code of the refusal. */
export const pendingDuties = ['must_change_password', 'two_factor_setup_required'] as const;
export type PendingDuty = (typeof pendingDuties)[number];

/** A slug of the permission catalogue, and the path parameter that names its subject; `system` is the installation. */
export interface RoutePermission {
  slug: string;
  on: 'system' | { type: string; param: string };
  /** Not for API keys, whatever they name: what is answered lets a person in, as the token of a socket does. */
  personOnly?: true;
}

/** One REST operation: what it takes, answers and refuses. Paths are below `/api/v1`; parameters as `:name`. */
export interface RouteContract<
  P extends Schema = Schema,
  Q extends Schema = Schema,
  B extends Schema = Schema,
  R extends Schema = Schema,
> {
  /** `feature.operation`; also the OpenAPI operationId. */
  id: string;
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  path: string;
  summary: string;
  /** `public`: anyone; `cookie`: the refresh cookie and a same-origin request; `user`: a valid access token or API key. */
  access: 'public' | 'cookie' | 'user';
  /**
   * The right that the operation needs, and on what. The service asks the policy for it; the walk over all contracts
   * (tests/identity/walk.test.ts) holds the server to it. Without it the operation is about the caller alone (their account,
   * their courses), and an API key is refused.
   */
  permission?: RoutePermission;
  /** Answered although these are still to be done: what they are done with. */
  whilePending?: readonly PendingDuty[];
  params?: P;
  query?: Q;
  body?: B;
  /** `binary`: the body is bytes, handed over as `Buffer`, of one of these media types. Without it the body is JSON. */
  binary?: readonly string[];
  /** Where the usual size of a body (`limits.restBodyBytes`) is too small. */
  bodyBytes?: number;
  reply: R;
  status: 200 | 201 | 202 | 204;
  errors: readonly ErrorCode[];
  rate: RateLimit;
}

/** Names a route and keeps the exact types of its schemas. */
export function defineRoute<
  P extends Schema = z.ZodUndefined,
  Q extends Schema = z.ZodUndefined,
  B extends Schema = z.ZodUndefined,
  R extends Schema = Schema,
>(route: RouteContract<P, Q, B, R>): RouteContract<P, Q, B, R> {
  return route;
}

/** One client event of a channel. */
export interface EventContract<I extends Schema = Schema, R extends Schema = Schema> {
  summary: string;
  input: I;
  reply: R;
  /**
   * `durable`: changes rows, carries `key`, a repeat gets the first acknowledgement;
   * `session`: enters, leaves or catches up; `query`: reads or touches only this connection; `volatile`: relayed, not kept.
   * A connection's durable and session events are handled one after another, in the order they were sent.
   */
  kind: 'durable' | 'session' | 'query' | 'volatile';
  /**
   * The right that the event needs, on what the connection is in. The feature asks the policy for it; who is refused for want of
   * it stands in the audit trail.
   */
  permission?: string;
  errors: readonly ErrorCode[];
  /** Per person, over all their sockets; of what reaches nobody else (`session`, `query`) each of a few sockets may have as much. */
  rate: { points: number; seconds: number };
}

/** Names an event and keeps the exact types of its schemas. */
export function defineEvent<I extends Schema, R extends Schema>(
  event: EventContract<I, R>,
): EventContract<I, R> {
  return event;
}

/** A Socket.IO namespace: verbs from clients, facts with a `seq`, signals without one. */
export interface ChannelContract {
  namespace: `/${string}`;
  events: Record<string, EventContract>;
  /** Payloads of facts without `seq`, `at` and `type`, which every fact carries. */
  facts: Record<string, Schema>;
  /** Server events that are not kept and carry no `seq`. */
  signals: Record<string, Schema>;
}

/** Names a channel and keeps the exact types of its parts. */
export function defineChannel<const C extends ChannelContract>(channel: C): C {
  return channel;
}

export type EventInput<C extends ChannelContract, E extends keyof C['events']> = z.output<
  C['events'][E]['input']
>;
export type EventReply<C extends ChannelContract, E extends keyof C['events']> = z.input<
  C['events'][E]['reply']
>;

/** A fact as it travels: `{ seq, at, type, ...payload }`. */
export type Fact<C extends ChannelContract> = {
  [T in keyof C['facts'] & string]: { seq: number; at: string; type: T } & z.output<C['facts'][T]>;
}[keyof C['facts'] & string];

/** A fact that was not meant for this recipient: keeps `seq` without a gap and says nothing else. */
export interface SkippedFact {
  seq: number;
  type: 'skip';
}

/** A fact before it has a place in the room log. */
export type NewFact<C extends ChannelContract> = {
  [T in keyof C['facts'] & string]: { type: T } & z.input<C['facts'][T]>;
}[keyof C['facts'] & string];

/** A reply that says no more than that it was done. */
export type EmptyReply = Record<string, never>;
