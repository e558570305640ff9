import type { ComponentType } from 'react';
import type { RouteObject } from 'react-router';
import type { MeView } from '../../shared/identity/contract.ts';
import type { Permission } from '../../shared/identity/permissions.ts';

/** One page of the account or of the administration, with its entry in the navigation. */
export interface ShellPage {
  /** Below `/account` or `/admin`; may hold parameters. */
  path: string;
  /** What the navigation says; without it the page is reached from another one. */
  label?: () => string;
  Icon?: ComponentType<{ size?: number; 'aria-hidden'?: boolean }>;
  Component: ComponentType;
  /** Administration: who sees it in the navigation. The server decides what it shows. */
  permission?: Permission;
  /** Account: for whom it is worth showing. */
  visible?: (me: MeView) => boolean;
}

/** What one area of identity brings to the client. */
export interface AreaPages {
  /** Without a sign-in. */
  publicRoutes?: RouteObject[];
  /** Pages of their own, for everybody who is signed in. */
  signedInRoutes?: RouteObject[];
  accountPages?: ShellPage[];
  adminPages?: ShellPage[];
}
