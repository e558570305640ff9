import type { SignedInView } from '../../shared/identity/contract.ts';
import type { ErrorCode, FieldError } from '../../shared/kernel/errors.ts';
import { password } from './factories.ts';

/** A signed-in person with a REST client. */
export interface TestActor extends SignedInView {
  cookie: string;
  rest<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: T & { code?: ErrorCode; errors?: FieldError[] }; headers: Headers }>;
}

/** Signs in over REST. */
export async function signIn(url: string, email: string, secret = password): Promise<TestActor> {
  const response = await fetch(`${url}/api/v1/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: secret }),
  });
  if (response.status !== 200)
    throw new Error(`sign-in of ${email} answered ${response.status}: ${await response.text()}`);
  const view = (await response.json()) as SignedInView;
  const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return {
    ...view,
    cookie,
    async rest(method, path, body) {
      const authorization = `Bearer ${view.accessToken}`;
      const request: RequestInit =
        body === undefined
          ? { headers: { authorization } }
          : { headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify(body) };
      const answer = await fetch(`${url}/api/v1${path}`, { ...request, method });
      const text = await answer.text();
      return { status: answer.status, body: text ? JSON.parse(text) : null, headers: answer.headers };
    },
  };
}
