import {
  ActionIcon,
  Autocomplete,
  Badge,
  Button,
  Group,
  Paper,
  Skeleton,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { interestLength, maxInterests, profileRoutes } from '../../../shared/identity/profiles.ts';
import type { InterestView } from '../../../shared/identity/profiles.ts';
import { categoriesIn } from '../../courses/categories/queries.ts';
import { offered } from '../../courses/categories/tree.ts';
import { api } from '../../kernel/api.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { useMe } from '../../kernel/use-sign-in.ts';
import { addInterest, keyOf, moveInterest, sentInterest, suggestions } from './interest-list.ts';
import type { Added, Choice } from './interest-list.ts';
import classes from './profiles.module.css';
import { myInterests, useProfileRefresh } from './queries.ts';

/** On the own profile: what one wants to learn, in the order of importance. */
export function InterestsSection() {
  const { t } = useTranslation(['profiles', 'kernel']);
  const query = useQuery(myInterests);
  return (
    <Paper withBorder p="lg" radius="md" component="section" aria-labelledby="interests-title">
      <Title order={3} size="h4" id="interests-title">
        {t('interests.title')}
      </Title>
      <Text c="dimmed" size="sm" mb="md">
        {t('interests.lead')}
      </Text>
      {query.data ? (
        <Editor saved={query.data.interests} />
      ) : query.isError ? (
        <ProblemAlert
          title={t('interests.loadFailed')}
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      ) : (
        <Skeleton height={80} radius="md" role="status" aria-label={t('kernel:loading')} />
      )}
    </Paper>
  );
}

function Editor({ saved }: { saved: InterestView[] }) {
  const { t } = useTranslation('profiles');
  const client = useQueryClient();
  const refresh = useProfileRefresh();
  const [draft, setDraft] = useState<InterestView[] | null>(null);
  const interests = draft ?? saved;
  const categories = useCategories();
  const saving = useMutation({
    mutationFn: () =>
      api.call(profileRoutes.setInterests, { body: { interests: interests.map(sentInterest) } }),
    onSuccess: (stored) => {
      client.setQueryData(myInterests.queryKey, stored);
      setDraft(null);
      refresh();
      notifications.show({ message: t('interests.saved') });
      announce(t('interests.saved'));
    },
  });
  const move = (index: number, by: -1 | 1): void => {
    setDraft(moveInterest(interests, index, by));
    announce(t('interests.moved', { name: interests[index]?.name, place: index + by + 1 }));
  };
  const remove = (index: number): void => {
    setDraft(interests.toSpliced(index, 1));
    announce(t('interests.removed', { name: interests[index]?.name }));
  };
  return (
    <Stack>
      {saving.isError && <ProblemAlert title={t('interests.saveFailed')} error={saving.error} />}
      {interests.length === 0 ? (
        <Text data-testid="interests-empty">{t('interests.empty')}</Text>
      ) : (
        <ol className={classes.list}>
          {interests.map((one, index) => (
            <Row
              key={keyOf(one)}
              interest={one}
              place={index + 1}
              onUp={index > 0 ? () => move(index, -1) : undefined}
              onDown={index < interests.length - 1 ? () => move(index, 1) : undefined}
              onRemove={() => remove(index)}
            />
          ))}
        </ol>
      )}
      <Add interests={interests} categories={categories} onAdd={setDraft} />
      <Group>
        <Button
          onClick={() => saving.mutate()}
          loading={saving.isPending}
          disabled={draft === null}
          data-testid="interests-save"
        >
          {t('interests.save')}
        </Button>
      </Group>
    </Stack>
  );
}

/** Where somebody works in no organization there are none, and what one types is a word of one's own. */
function useCategories(): readonly Choice[] {
  const { organizationId } = useMe();
  const query = useQuery({ ...categoriesIn(organizationId ?? ''), enabled: organizationId !== null });
  return offered(query.data?.items ?? []);
}

interface RowProps {
  interest: InterestView;
  place: number;
  onUp?: () => void;
  onDown?: () => void;
  onRemove: () => void;
}

function Row({ interest, place, onUp, onDown, onRemove }: RowProps) {
  const { t } = useTranslation('profiles');
  const { name, categoryId } = interest;
  const button = { variant: 'subtle', color: 'gray', size: 'lg' } as const;
  return (
    <Group component="li" gap="xs" wrap="nowrap" data-testid="interest">
      <Text span size="sm" className={classes.place}>
        {place}
      </Text>
      <Text span className={classes.text}>
        {name}
      </Text>
      {categoryId !== null && (
        <Badge variant="light" color="gray" tt="none">
          {t('interests.category')}
        </Badge>
      )}
      <Group gap={2} wrap="nowrap">
        <ActionIcon {...button} disabled={!onUp} onClick={onUp} aria-label={t('interests.up', { name })}>
          <IconArrowUp size={16} aria-hidden />
        </ActionIcon>
        <ActionIcon
          {...button}
          disabled={!onDown}
          onClick={onDown}
          aria-label={t('interests.down', { name })}
        >
          <IconArrowDown size={16} aria-hidden />
        </ActionIcon>
        <ActionIcon {...button} onClick={onRemove} aria-label={t('interests.remove', { name })}>
          <IconX size={16} aria-hidden />
        </ActionIcon>
      </Group>
    </Group>
  );
}

interface AddProps {
  interests: readonly InterestView[];
  categories: readonly Choice[];
  onAdd: (next: InterestView[]) => void;
}

function Add({ interests, categories, onAdd }: AddProps) {
  const { t } = useTranslation('profiles');
  const [typed, setTyped] = useState('');
  const [refused, setRefused] = useState<Extract<Added, { refused: string }>['refused'] | null>(null);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    const added = addInterest(interests, typed, categories);
    if ('refused' in added) {
      setRefused(added.refused === 'empty' ? null : added.refused);
      return;
    }
    onAdd(added.interests);
    setTyped('');
    setRefused(null);
  };
  const count = refused === 'full' ? maxInterests : interestLength;
  return (
    <form onSubmit={submit} noValidate>
      <Group align="flex-start" gap="xs">
        <Autocomplete
          label={t('interests.add')}
          placeholder={t('interests.addHint')}
          value={typed}
          maxLength={200}
          flex="1 1 200px"
          error={refused && refused !== 'empty' ? t(`interests.${refused}`, { count }) : undefined}
          data={suggestions(interests, categories)}
          limit={50}
          onChange={setTyped}
          data-testid="interest-new"
        />
        <Button type="submit" variant="default" mt={25} data-testid="interest-add">
          {t('interests.addSubmit')}
        </Button>
      </Group>
    </form>
  );
}
