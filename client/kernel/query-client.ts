import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './request-error.ts';

/** Refusals are answers: only a server out of reach or in trouble is asked again. */
const worthARetry = (error: Error): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status >= 500);

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: (count, error) => count < 3 && worthARetry(error), staleTime: 5_000 },
    mutations: { retry: false },
  },
});
