import { Select, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { onePerson, peopleList } from '../people/queries.ts';

interface PersonFieldProps {
  organizationId: string;
  personId: string | null;
  onChange: (personId: string | null) => void;
}

interface Found {
  id: string;
  displayName: string;
  code: string;
}

/** Somebody of the organization, found by name, code or e-mail address while one types. */
export function PersonField({ organizationId, personId, onChange }: PersonFieldProps) {
  const { t } = useTranslation('access');
  const [text, setText] = useState('');
  const [query] = useDebouncedValue(text.trim(), 250);
  const chosen = useQuery({ ...onePerson(organizationId, personId ?? ''), enabled: personId !== null });
  // What stands in the field of somebody who is chosen is their name: no search of its own.
  const searched = query === chosen.data?.displayName ? '' : query;
  const list = useInfiniteQuery({
    ...peopleList(organizationId, searched ? { q: searched } : {}),
    placeholderData: keepPreviousData,
  });
  const found: Found[] = list.data?.pages[0]?.items ?? [];
  const people =
    chosen.data && personId !== null && !found.some(({ id }) => id === personId)
      ? [chosen.data, ...found]
      : found;
  const codes = new Map(people.map(({ id, code }) => [id, code]));
  return (
    <Select
      label={t('explorer.person')}
      placeholder={t('explorer.anybody')}
      description={t('explorer.personHint')}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      nothingFoundMessage={list.isFetching ? t('explorer.searching') : t('explorer.nobodyFound')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('explorer.clearPerson') }}
      value={personId}
      onChange={onChange}
      onSearchChange={setText}
      // The server has searched: codes and addresses are not in the label.
      filter={({ options }) => options}
      data={people.map(({ id, displayName }) => ({ value: id, label: displayName }))}
      renderOption={({ option }) => (
        <div>
          <Text size="sm">{option.label}</Text>
          <Text size="xs" c="dimmed">
            {codes.get(option.value)}
          </Text>
        </div>
      )}
      data-testid="person-field"
    />
  );
}
