import { Router } from 'express';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { RouteContract } from '../../../shared/kernel/contract.ts';
import type { Authenticator, UserActor } from '../actor.ts';
import { AppError, invalidInput } from '../errors.ts';
import { isRefusal } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import { requestContext } from '../request-context.ts';
import { bodyParser } from './body.ts';
import { addressKey } from './client.ts';
import { createRateLimiter, generalLimits, tightest } from './rate-limit.ts';
import type { RateLimiter, RateState } from './rate-limit.ts';

type Out<S> = NonNullable<S> extends z.ZodType ? z.output<NonNullable<S>> : undefined;

/** What a handler is given: parsed input, and who asks. `actor` is there exactly when the contract says `user`. */
export interface RouteContext<C extends RouteContract> {
  actor: UserActor;
  params: Out<C['params']>;
  query: Out<C['query']>;
  body: Out<C['body']>;
  req: Request;
  res: Response;
}

type Handler<C extends RouteContract> = (context: RouteContext<C>) => Promise<z.input<C['reply']>>;

/** A contract with its handler, ready to be mounted. */
export interface BoundRoute {
  contract: RouteContract;
  handle: (context: RouteContext<RouteContract>) => Promise<unknown>;
}

/** Binds a handler to its contract and keeps the types of both. */
export function route<C extends RouteContract>(contract: C, handler: Handler<C>): BoundRoute {
  return { contract, handle: handler as unknown as BoundRoute['handle'] };
}

export interface RouteDeps {
  authenticator: Authenticator;
  /** Whether a cookie-bearing request came from our own pages. @throws AppError origin_not_allowed */
  assertOwnOrigin(req: Request): void;
  /** Parses replies against the contract too; on in development and tests. */
  checkReplies: boolean;
  /** Told of everybody who was refused for want of a right, before they are answered. */
  refused?(actor: UserActor, refusal: Refusal): Promise<void>;
}

/**
 * Mounts routes below `/api/v1`. The order is always: who, how often, what; then the handler, then the reply. Nothing of a body is
 * read before the first two, so that what is refused costs next to nothing and is counted all the same.
 */
export function mountRoutes(routes: readonly BoundRoute[], deps: RouteDeps): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const general: GeneralLimiters = {
    address: createRateLimiter(generalLimits.perAddress),
    account: createRateLimiter(generalLimits.perAccount),
  };
  for (const bound of routes) {
    const method = bound.contract.method.toLowerCase() as 'get' | 'post' | 'patch' | 'put' | 'delete';
    router[method](bound.contract.path, edge(bound, deps, general));
  }
  return router;
}

const emptyObject = z.strictObject({});

interface GeneralLimiters {
  address: RateLimiter;
  account: RateLimiter;
}

function edge({ contract, handle }: BoundRoute, deps: RouteDeps, general: GeneralLimiters) {
  const limiter = createRateLimiter(contract.rate);
  const body = bodyParser(contract);
  return async (req: Request, res: Response): Promise<void> => {
    const actor = await admit(req, res, contract, deps, general, limiter);
    if (actor) await assertFits(actor, contract, req, deps);
    await body(req, res);
    const reply = await handle({
      actor: actor as UserActor,
      params: contract.params ? parseParams(contract.params, req.params) : undefined,
      // A parameter that no contract names is a mistake of the caller's, not noise to be dropped.
      query: parse(contract.query ?? emptyObject, req.query),
      body: contract.body ? parse(contract.body, req.body ?? (contract.binary ? undefined : {})) : undefined,
      req,
      res,
    }).catch(async (error: unknown) => {
      if (actor) await tellRefusal(error, actor, contract, req, deps);
      throw error;
    });
    // A file has been sent already.
    if (res.headersSent) return;
    if (contract.status === 204) res.status(204).end();
    // A handler that answers something other than the usual has said so already (202).
    else
      res
        .status(res.statusCode === 200 ? contract.status : res.statusCode)
        .json(deps.checkReplies ? contract.reply.parse(reply) : reply);
  };
}

/** Who asks, if they may ask this often. The limits stand in the headers of whatever is answered. */
async function admit(
  req: Request,
  res: Response,
  contract: RouteContract,
  deps: RouteDeps,
  general: GeneralLimiters,
  limiter: RateLimiter,
): Promise<UserActor | null> {
  const address = addressKey(requestContext().ipAddress);
  if (contract.access !== 'user') {
    tell(res, await general.address.take(address), await limiter.take(address));
    if (contract.access === 'cookie') deps.assertOwnOrigin(req);
    return null;
  }
  let actor: UserActor;
  try {
    actor = await authenticate(req, deps);
  } catch (error) {
    // Whoever tries tokens is nobody yet.
    tell(res, await general.address.take(address));
    throw error;
  }
  const { apiKey, userId } = actor;
  // What a program does is no burden on the person's own account.
  const account = apiKey ? `key ${apiKey.id}` : userId;
  const overall = await general.account.take(account);
  const own = await limiter.take(contract.rate.by === 'user' ? account : address);
  tell(res, ...(apiKey?.rate ? [apiKey.rate] : []), overall, own);
  return actor;
}

/** Of several limits, the headers tell the one that will refuse first. */
function tell(res: Response, ...rates: RateState[]): void {
  const rate = rates.reduceRight((found, one) => tightest(found, one));
  res
    .setHeader('ratelimit-limit', rate.limit)
    .setHeader('ratelimit-remaining', rate.remaining)
    .setHeader('ratelimit-reset', rate.resetSeconds);
}

/** Whether somebody may use an operation at all now, and a program at all. */
async function assertFits(
  actor: UserActor,
  contract: RouteContract,
  req: Request,
  deps: RouteDeps,
): Promise<void> {
  assertNothingPending(actor, contract);
  try {
    assertKeyFits(actor, contract);
  } catch (error) {
    await tellRefusal(error, actor, contract, req, deps);
    throw error;
  }
}

/** @throws AppError must_change_password, two_factor_setup_required */
function assertNothingPending({ pending }: UserActor, { whilePending = [] }: RouteContract): void {
  if (pending && !whilePending.includes(pending)) throw new AppError(pending);
}

/**
 * A program does what its key names, and nothing that is about its owner's account.
 * @throws AppError api_key_refused, forbidden
 */
function assertKeyFits({ apiKey }: UserActor, { permission }: RouteContract): void {
  if (!apiKey) return;
  if (!permission || permission.personOnly) throw new AppError('api_key_refused');
  if (!apiKey.permissions.includes(permission.slug)) throw new AppError('forbidden');
}

async function tellRefusal(
  error: unknown,
  actor: UserActor,
  contract: RouteContract,
  req: Request,
  deps: RouteDeps,
): Promise<void> {
  const { permission, id } = contract;
  if (!permission || !(error instanceof AppError) || !isRefusal(error.code)) return;
  const { slug, on } = permission;
  const subject = on === 'system' ? null : { type: on.type, id: String(req.params[on.param]) };
  await deps.refused?.(actor, { operation: id, code: error.code, permission: slug, subject });
}

async function authenticate(req: Request, deps: RouteDeps): Promise<UserActor> {
  const [scheme, token] = (req.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !token) throw new AppError('unauthenticated');
  return deps.authenticator.accessToken(token);
}

function parse(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (!result.success) throw invalidInput(result.error);
  return result.data;
}

/** An id that is no UUID names nothing that exists. */
function parseParams(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (!result.success) throw new AppError('not_found');
  return result.data;
}
