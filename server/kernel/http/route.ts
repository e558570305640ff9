import { Router } from 'express';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { RouteContract } from '../../../shared/kernel/contract.ts';
import type { Authenticator, UserActor } from '../actor.ts';
import { AppError, invalidInput } from '../errors.ts';
import { createRateLimiter } from './rate-limit.ts';

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
}

/** Mounts routes below `/api/v1`. The order is always: who, how often, what; then the handler, then the reply. */
export function mountRoutes(routes: readonly BoundRoute[], deps: RouteDeps): Router {
  const router = Router({ caseSensitive: true, strict: true });
  for (const bound of routes) {
    const method = bound.contract.method.toLowerCase() as 'get' | 'post' | 'patch' | 'put' | 'delete';
    router[method](bound.contract.path, edge(bound, deps));
  }
  return router;
}

const emptyObject = z.strictObject({});

function edge({ contract, handle }: BoundRoute, deps: RouteDeps) {
  const limiter = createRateLimiter(contract.rate);
  return async (req: Request, res: Response): Promise<void> => {
    const actor = await authenticate(req, contract, deps);
    const rate = await limiter.take(
      contract.rate.by === 'user' && actor ? actor.userId : (req.ip ?? 'unknown'),
    );
    res
      .setHeader('ratelimit-limit', rate.limit)
      .setHeader('ratelimit-remaining', rate.remaining)
      .setHeader('ratelimit-reset', rate.resetSeconds);
    const reply = await handle({
      actor: actor as UserActor,
      params: contract.params ? parseParams(contract.params, req.params) : undefined,
      // A parameter that no contract names is a mistake of the caller's, not noise to be dropped.
      query: parse(contract.query ?? emptyObject, req.query),
      body: contract.body ? parse(contract.body, req.body ?? {}) : undefined,
      req,
      res,
    });
    if (contract.status === 204) res.status(204).end();
    // A handler that answers something other than the usual has said so already (202).
    else
      res
        .status(res.statusCode === 200 ? contract.status : res.statusCode)
        .json(deps.checkReplies ? contract.reply.parse(reply) : reply);
  };
}

async function authenticate(
  req: Request,
  contract: RouteContract,
  deps: RouteDeps,
): Promise<UserActor | null> {
  if (contract.access === 'cookie') deps.assertOwnOrigin(req);
  if (contract.access !== 'user') return null;
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
