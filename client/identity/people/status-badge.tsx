import { Badge } from '@mantine/core';
import type { BadgeProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { PersonStatus } from '../../../shared/identity/people.ts';

/** Loud is what keeps somebody out for a reason. */
const looks: Record<PersonStatus, BadgeProps> = {
  active: { variant: 'light' },
  pending_verification: { variant: 'default' },
  inactive: { variant: 'default' },
  suspended: { variant: 'filled', color: 'red.8' },
  deleted: { variant: 'filled', color: 'red.8' },
};

/** How an account stands. */
export function StatusBadge({ status }: { status: PersonStatus }) {
  const { t } = useTranslation('people');
  return (
    <Badge
      {...looks[status]}
      tt="none"
      style={{ flexShrink: 0 }}
      miw="max-content"
      data-testid="person-status"
    >
      {t(`status.${status}`)}
    </Badge>
  );
}
