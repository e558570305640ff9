import { Component } from 'react';
import type { ReactNode } from 'react';
import { CrashPage } from './crash-page.tsx';

interface State {
  failed: boolean;
}

/** Catches what a screen throws while it draws; the rest of the page goes on. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { failed: false };

  static getDerivedStateFromError(): State {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? <CrashPage /> : this.props.children;
  }
}
