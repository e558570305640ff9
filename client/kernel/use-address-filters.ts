import { useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { z } from 'zod';

/** What narrows a list, and how it is changed. */
export interface AddressFilters<F> {
  /** As the address says; what makes no sense there is left out. */
  filter: F;
  /** Sets one; '' takes it away. */
  set: (name: keyof F & string, value: string) => void;
  clear: () => void;
  /** Another one after each `clear`: what is being typed is its field's own until then. */
  cleared: number;
}

/**
 * Filters that are in the address, so that it can be kept and sent.
 * @param shape what each may be; the names are its own
 */
export function useAddressFilters<F>(shape: Readonly<Record<string, z.ZodType>>): AddressFilters<F> {
  const [parameters, setParameters] = useSearchParams();
  const [cleared, setCleared] = useState(0);
  // The address follows a moment later: of two quick changes the second must not take the first one back.
  const latest = useRef(parameters);
  useEffect(() => {
    latest.current = parameters;
  }, [parameters]);
  const go = (to: URLSearchParams): void => {
    latest.current = to;
    setParameters(to, { replace: true });
  };
  const filter: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(shape)) {
    const value = parameters.get(name);
    if (value && schema.safeParse(value).success) filter[name] = value;
  }
  return {
    filter: filter as F,
    set(name, value) {
      const after = new URLSearchParams(latest.current);
      if (value === '') after.delete(name);
      else after.set(name, value);
      go(after);
    },
    clear() {
      go(new URLSearchParams());
      setCleared(cleared + 1);
    },
    cleared,
  };
}
