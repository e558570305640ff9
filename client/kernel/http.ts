import type { ErrorCode, Problem } from '../../shared/kernel/errors.ts';
import { noteServerDate } from './server-clock.ts';
import { ApiError } from './request-error.ts';

const base = '/api/v1';

/** Statuses of answers that carry no problem document, as from a proxy in between. */
const codeOfStatus: Record<number, ErrorCode> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'payload_too_large',
  429: 'rate_limited',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
};

export interface HttpRequest {
  method: string;
  /** Below `/api/v1`. */
  path: string;
  /** Sent as JSON; a `Blob` as it is. */
  body?: unknown;
  token?: string | null;
  signal?: AbortSignal;
}

/** One request and its JSON answer; every failure is an `ApiError`. Knows nothing of tokens' lives: see `api.ts`. */
export async function sendRequest({ method, path, body, token, signal }: HttpRequest): Promise<unknown> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = body instanceof Blob ? body.type : 'application/json';
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await reach(base + path, {
    method,
    headers,
    signal,
    credentials: 'same-origin',
    body: body === undefined || body instanceof Blob ? body : JSON.stringify(body),
  });
  noteServerDate(response.headers.get('date'));
  if (!response.ok) throw await problemOf(response);
  return response.status === 204 ? null : ((await response.json()) as unknown);
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new ApiError({ code: 'network', status: 0, message: 'The server could not be reached.' });
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  const { status } = response;
  if (response.headers.get('content-type')?.includes('json')) {
    const problem = (await response.json().catch(() => null)) as Partial<Problem> | null;
    if (problem?.code)
      return ApiError.fromProblem({
        type: '',
        title: '',
        requestId: '',
        ...problem,
        status,
        code: problem.code,
      });
  }
  return new ApiError({ code: codeOfStatus[status] ?? 'internal', status, message: response.statusText });
}
