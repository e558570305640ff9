import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';
import { NavigationType, useNavigationType } from 'react-router';

/** For the heading of what a link of the same page leads to: the link is gone then, and the focus with it. */
export function useFocusIfLost<T extends HTMLElement>(): RefObject<T | null> {
  const target = useRef<T>(null);
  const type = useNavigationType();
  useEffect(() => {
    if (type === NavigationType.Push && document.activeElement === document.body) target.current?.focus();
  }, [type]);
  return target;
}
