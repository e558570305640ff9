import { Select, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PersonDetailView } from '../../../shared/identity/people.ts';
import { peopleList } from './queries.ts';

interface ManagerFieldProps {
  organizationId: string;
  person: PersonDetailView;
  managerId: string | null;
  onChange: (managerId: string | null) => void;
  disabled: boolean;
  error?: string;
}

/** Whom somebody reports to, found by name, code or address while one types. */
export function ManagerField(props: ManagerFieldProps) {
  const { organizationId, person, managerId, onChange, disabled, error } = props;
  const { t } = useTranslation('people');
  const [text, setText] = useState('');
  const [query] = useDebouncedValue(text.trim(), 250);
  const current = person.manager ? [{ ...person.manager, code: '' }] : [];
  // What stands in the field is the name of who is chosen: no search of its own.
  const searched = current.some(({ displayName }) => displayName === query) ? '' : query;
  const list = useInfiniteQuery({
    ...peopleList(organizationId, searched ? { q: searched } : {}),
    placeholderData: keepPreviousData,
    enabled: !disabled,
  });
  const found = (list.data?.pages[0]?.items ?? []).filter(({ id }) => id !== person.id);
  const choices = [...current.filter((one) => !found.some(({ id }) => id === one.id)), ...found];
  const codes = new Map(choices.map(({ id, code }) => [id, code]));
  return (
    <Select
      label={t('work.manager')}
      placeholder={disabled ? undefined : t('work.managerHint')}
      nothingFoundMessage={list.isFetching ? t('work.searching') : t('work.nobodyFound')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('work.noManager') }}
      disabled={disabled}
      error={error}
      value={managerId}
      onChange={onChange}
      onSearchChange={setText}
      // The server has searched: codes and addresses are not in the label.
      filter={({ options }) => options}
      data={choices.map(({ id, displayName }) => ({ value: id, label: displayName }))}
      renderOption={({ option }) => (
        <div>
          <Text size="sm">{option.label}</Text>
          <Text size="xs" c="dimmed">
            {codes.get(option.value)}
          </Text>
        </div>
      )}
      data-testid="work-manager"
    />
  );
}
