import { Box, Group, NavLink, Stack, Title } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, Route, Routes, useLocation } from 'react-router';
import { NotFoundPage } from '../kernel/ui/not-found-page.tsx';
import { PageShell } from '../kernel/ui/page-shell.tsx';
import { useMe } from '../kernel/use-sign-in.ts';
import { accountPages, adminPages } from './areas.ts';
import type { ShellPage } from './pages.ts';
import classes from './shell.module.css';

interface ShellProps {
  root: '/account' | '/admin';
  title: string;
  pages: readonly ShellPage[];
}

/** Navigation beside the page; above it on a phone. */
function Shell({ root, title, pages }: ShellProps) {
  const { pathname } = useLocation();
  const [first] = pages;
  const navigation = useRef<HTMLDivElement>(null);
  // On a phone the entries are one line that scrolls; where one is should be seen in it.
  useEffect(() => {
    navigation.current
      ?.querySelector('[data-active]')
      ?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [pathname]);
  return (
    <PageShell>
      <Title order={1} mb="lg">
        {title}
      </Title>
      <Group align="flex-start" gap="xl" className={classes.columns}>
        <Stack ref={navigation} component="nav" aria-label={title} gap={2} className={classes.navigation}>
          {pages.map(({ path, label, Icon }) =>
            label ? (
              <NavLink
                key={path}
                component={Link}
                to={`${root}/${path}`}
                label={label()}
                leftSection={Icon ? <Icon size={18} aria-hidden /> : undefined}
                active={pathname === `${root}/${path}` || pathname.startsWith(`${root}/${path}/`)}
                className={classes.entry}
              />
            ) : null,
          )}
        </Stack>
        <Box className={classes.page}>
          <Routes>
            {first && <Route index element={<Navigate to={first.path} replace />} />}
            {pages.map(({ path, Component }) => (
              <Route key={path} path={path} element={<Component />} />
            ))}
            <Route path="*" element={<NotFoundPage />} />
          </Routes>
        </Box>
      </Group>
    </PageShell>
  );
}

/** `/account`: what concerns oneself. */
export function AccountShell() {
  const { t } = useTranslation('identity');
  const me = useMe();
  return (
    <Shell
      root="/account"
      title={t('shell.account')}
      pages={accountPages.filter((page) => page.visible?.(me) ?? true)}
    />
  );
}

/** `/admin`: the organization one works in. */
export function AdminShell() {
  const { t } = useTranslation('identity');
  const { permissions } = useMe();
  const pages = adminPages.filter(({ permission }) => !permission || permissions.includes(permission));
  return <Shell root="/admin" title={t('shell.admin')} pages={pages} />;
}
