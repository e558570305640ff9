import { Group, NativeSelect } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { roleSlugs } from '../../../shared/identity/contract.ts';
import { peopleSorts, personStatus } from '../../../shared/identity/people.ts';
import { TypedFilter } from '../../kernel/ui/typed-filter.tsx';
import type { PeopleQuery } from './queries.ts';

const sortTexts = {
  name: 'list.byName',
  last_sign_in: 'list.byLastSignIn',
  created: 'list.byCreated',
} as const;

interface PeopleFiltersProps {
  query: PeopleQuery;
  /** Sets one; '' takes it away. */
  onChange: (name: keyof PeopleQuery, value: string) => void;
}

/** What the list is narrowed and sorted by; searches while one types. */
export function PeopleFilters({ query, onChange }: PeopleFiltersProps) {
  const { t } = useTranslation('people');
  const any = { value: '', label: t('list.any') };
  return (
    <Group align="flex-end" gap="sm">
      <TypedFilter
        label={t('list.search')}
        placeholder={t('list.searchHint')}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={query.q}
        onNarrow={(value) => onChange('q', value)}
        maxLength={200}
        type="search"
        flex="1 1 220px"
        data-testid="people-search"
      />
      <TypedFilter
        label={t('list.department')}
        placeholder={t('list.departmentHint')}
        value={query.department}
        onNarrow={(value) => onChange('department', value)}
        maxLength={100}
        flex="0 1 180px"
        data-testid="people-department"
      />
      <TypedFilter
        label={t('list.skill')}
        placeholder={t('list.skillHint')}
        value={query.skill}
        onNarrow={(value) => onChange('skill', value)}
        maxLength={60}
        flex="0 1 180px"
        data-testid="people-skill"
      />
      <NativeSelect
        label={t('list.role')}
        value={query.role ?? ''}
        onChange={(event) => onChange('role', event.currentTarget.value)}
        data={[any, ...roleSlugs.map((value) => ({ value, label: t(`roles.${value}`) }))]}
        data-testid="people-role"
      />
      <NativeSelect
        label={t('list.status')}
        value={query.status ?? ''}
        onChange={(event) => onChange('status', event.currentTarget.value)}
        data={[
          { value: '', label: t('list.anyStatus') },
          ...personStatus.options.map((value) => ({ value, label: t(`status.${value}`) })),
        ]}
        data-testid="people-status"
      />
      <NativeSelect
        label={t('list.signIn')}
        value={query.signIn ?? ''}
        onChange={(event) => onChange('signIn', event.currentTarget.value)}
        data={[
          any,
          { value: 'never', label: t('list.neverSignedIn') },
          { value: 'inactive', label: t('list.inactive') },
        ]}
      />
      <NativeSelect
        label={t('list.sort')}
        value={query.sort ?? 'name'}
        onChange={(event) => onChange('sort', event.currentTarget.value)}
        data={peopleSorts.map((value) => ({ value, label: t(sortTexts[value]) }))}
      />
    </Group>
  );
}
