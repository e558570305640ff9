import type { z } from 'zod';
import type { RouteContract } from '../../shared/kernel/contract.ts';
import { sendRequest } from './http.ts';
import { ApiError } from './request-error.ts';
import { freshToken, renewToken } from './token.ts';

export { ApiError } from './request-error.ts';

type Part<Name extends string, S extends z.ZodType> = [S] extends [z.ZodUndefined]
  ? object
  : { [K in Name]: z.input<S> };

type CallInput<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = Part<'params', P> &
  Part<'query', Q> &
  Part<'body', B> & { signal?: AbortSignal };

/** The input may be left out where nothing in it is required. */
type CallArguments<I> = object extends I ? [input?: I] : [input: I];

interface LooseInput {
  params?: Record<string, string>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  signal?: AbortSignal;
}

/** The address of a call: whatever is put into its path and its query is encoded for that place. */
export function pathOf(template: string, { params = {}, query = {} }: LooseInput): string {
  const path = template.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size > 0 ? `${path}?${search}` : path;
}

const staleToken = new Set<string>(['token_expired', 'token_invalid', 'unauthenticated']);

/** Sends with a token and, if the server finds it stale, once more with a new one. */
async function sendAsUser(request: Parameters<typeof sendRequest>[0]): Promise<unknown> {
  const token = await freshToken();
  try {
    return await sendRequest({ ...request, token });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    // A revoked session is asked for too: the refresh is what tells this browser that it is signed out.
    const renewed = await renewToken(token);
    if (renewed === null || !staleToken.has(error.code)) throw error;
    return sendRequest({ ...request, token: renewed });
  }
}

/**
 * Calls one operation of a contract: `api.call(liveRoutes.get, { params: { sessionId } })`.
 * @throws ApiError for every refusal and for a server out of reach.
 */
async function call<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  route: RouteContract<P, Q, B, R>,
  ...[input]: CallArguments<CallInput<P, Q, B>>
): Promise<z.output<R>> {
  const loose = (input ?? {}) as LooseInput;
  const request = {
    method: route.method,
    path: pathOf(route.path, loose),
    body: loose.body,
    signal: loose.signal,
  };
  const reply = route.access === 'user' ? await sendAsUser(request) : await sendRequest(request);
  return reply as z.output<R>;
}

export const api = { call };
