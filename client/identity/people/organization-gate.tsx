import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../kernel/use-sign-in.ts';

/** Shows what needs an organization to people who work in one. */
export function OrganizationGate({ children }: { children: (organizationId: string) => ReactNode }) {
  const { t } = useTranslation('people');
  const { organizationId } = useMe();
  return organizationId === null ? <Text>{t('none')}</Text> : children(organizationId);
}
