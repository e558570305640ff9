import { useLocation, useSearchParams } from 'react-router';
import type { Location } from 'react-router';

/** Only addresses of this site: a link must not lead from a sign-in to somebody else's page. */
export function safeNext(next: string | null): string {
  return next?.startsWith('/') && !next.startsWith('//') && !next.includes('\\') ? next : '/';
}

const withNext = (path: string, next: string): string =>
  next === '/' ? path : `${path}?next=${encodeURIComponent(next)}`;

/** The sign-in page that leads back to a page as it is, with what its address says of filters and places. */
export const signInFor = ({
  pathname,
  search,
  hash,
}: Pick<Location, 'pathname' | 'search' | 'hash'>): string =>
  withNext('/sign-in', `${pathname}${search}${hash}`);

/** {@link signInFor} the page that one is on. */
export const useSignInFor = (): string => signInFor(useLocation());

/** Between the pages before a sign-in: each passes on where its visitor wanted to go. */
export function useKeepNext(): (path: string) => string {
  const [search] = useSearchParams();
  return (path) => withNext(path, safeNext(search.get('next')));
}
