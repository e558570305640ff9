import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { IconCompass } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import { useMe } from '../use-sign-in.ts';
import { AccountMenu } from './account-menu.tsx';
import { Logo } from './logo.tsx';
import { OrganizationSwitcher } from './organization-switcher.tsx';
import classes from './page-shell.module.css';

/** Header and content of every page outside a running class. */
export function PageShell({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { organizationId } = useMe();
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const first = useRef(true);
  // After a change of page the focus goes to the new content, as it would with a page load.
  useEffect(() => {
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [pathname]);
  return (
    <>
      <a className="lectern-skip" href="#content">
        {t('skipToContent')}
      </a>
      <header className={classes.header}>
        <Link to="/" className={classes.brand} aria-label={t('home')}>
          <Logo size={28} />
          {t('productName')}
        </Link>
        <div className={classes.tools}>
          {organizationId !== null && (
            <Link
              to="/catalogue"
              className={classes.find}
              aria-label={t('findCourses')}
              data-testid="to-catalogue"
            >
              <IconCompass size={20} aria-hidden />
              <span className={classes.wide}>{t('findCourses')}</span>
            </Link>
          )}
          <OrganizationSwitcher />
          <AccountMenu />
        </div>
      </header>
      <main id="content" ref={main} tabIndex={-1} className={classes.main} style={{ outline: 'none' }}>
        {children}
      </main>
    </>
  );
}
