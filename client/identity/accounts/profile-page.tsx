import {
  Button,
  Group,
  NativeSelect,
  Paper,
  SimpleGrid,
  Skeleton,
  Stack,
  Text,
  TextInput,
  Textarea,
  Title,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { accountRoutes, genders, visibilities } from '../../../shared/identity/accounts.ts';
import type { ProfileView } from '../../../shared/identity/accounts.ts';
import { api } from '../../kernel/api.ts';
import { setMe } from '../../kernel/sign-in-state.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { useMe } from '../../kernel/use-sign-in.ts';
import { OwnFields } from '../custom-fields/own-fields.tsx';
import { usePersonFields } from '../custom-fields/use-person-fields.ts';
import { InterestsSection } from '../profiles/interests-section.tsx';
import { useFieldErrors } from './errors.ts';
import { PreferencesSection } from './preferences-section.tsx';
import { Problem } from './problem.tsx';
import { changesOf, draftOf } from './profile-form.ts';
import type { ProfileDraft, TextField } from './profile-form.ts';
import { myProfile } from './queries.ts';

/** `/account/profile` */
export function ProfilePage() {
  const { t } = useTranslation(['accounts', 'kernel']);
  const query = useQuery(myProfile);
  usePageTitle(t('profile.title'));
  return (
    <Stack gap="lg" maw={720}>
      <div>
        <Title order={2}>{t('profile.title')}</Title>
        <Text c="dimmed">{t('profile.lead')}</Text>
      </div>
      {query.data ? (
        <ProfileForm profile={query.data} />
      ) : query.isError ? (
        <ProblemAlert
          title={t('profile.loadFailed')}
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      ) : (
        <Skeleton height={320} radius="md" role="status" aria-label={t('kernel:loading')} />
      )}
      <InterestsSection />
      <PreferencesSection />
    </Stack>
  );
}

const types: Partial<Record<TextField, string>> = { alternatePhone: 'tel', emergencyContactPhone: 'tel' };
const completions: Partial<Record<TextField, string>> = {
  displayName: 'nickname',
  firstName: 'given-name',
  middleName: 'additional-name',
  lastName: 'family-name',
  username: 'username',
  addressLine1: 'address-line1',
  addressLine2: 'address-line2',
  postalCode: 'postal-code',
  city: 'address-level2',
  stateProvince: 'address-level1',
  country: 'country',
};
const allFields = [
  ...([
    'displayName',
    'firstName',
    'middleName',
    'lastName',
    'username',
    'bio',
    'jobTitle',
    'location',
  ] as const),
  ...([
    'alternatePhone',
    'addressLine1',
    'addressLine2',
    'postalCode',
    'city',
    'stateProvince',
    'country',
  ] as const),
  ...(['emergencyContactName', 'emergencyContactPhone', 'emergencyContactRelationship'] as const),
  ...(['skills', 'socialLinks', 'dateOfBirth', 'gender', 'visibility'] as const),
];

function ProfileForm({ profile }: { profile: ProfileView }) {
  const { t } = useTranslation('accounts');
  const client = useQueryClient();
  const me = useMe();
  const [draft, setDraft] = useState<ProfileDraft>(() => draftOf(profile));
  const fieldErrors = useFieldErrors();
  const saving = useMutation({
    mutationFn: () =>
      api.call(accountRoutes.changeProfile, {
        body: { ...changesOf(profile, draft), customFields: own.changes },
      }),
    onSuccess: (saved) => {
      client.setQueryData(myProfile.queryKey, saved);
      setDraft(draftOf(saved));
      own.reset();
      setMe({ ...me, displayName: saved.displayName });
      notifications.show({ message: t('profile.saved') });
      announce(t('profile.saved'));
    },
  });
  const own = usePersonFields(profile.customFields, 'person', saving.error);
  const errors = fieldErrors(saving.error);
  const set = <K extends keyof ProfileDraft>(name: K, value: ProfileDraft[K]): void =>
    setDraft({ ...draft, [name]: value });
  const text = (name: TextField, description?: string) => (
    <TextInput
      label={t(`profile.${name}`)}
      description={description}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      type={types[name] ?? 'text'}
      autoComplete={completions[name] ?? 'off'}
      maxLength={200}
      value={draft[name]}
      onChange={(event) => set(name, event.currentTarget.value)}
      error={errors[name]}
      data-testid={`profile-${name}`}
    />
  );
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (own.check()) saving.mutate();
  };
  return (
    <Paper withBorder p="lg" radius="md" component="section">
      <form onSubmit={submit} noValidate>
        <Stack gap="lg">
          <Problem
            error={saving.error}
            fields={Object.keys(own.errors).length > 0 ? [...allFields, 'customFields'] : allFields}
          />
          <Title order={3} size="h4">
            {t('profile.person')}
          </Title>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            {text('displayName')}
            {text('username', t('profile.usernameHint'))}
            {text('firstName')}
            {text('lastName')}
            {text('middleName')}
            <TextInput
              label={t('profile.userCode')}
              value={profile.code}
              readOnly
              data-testid="profile-code"
            />
            {text('jobTitle')}
            {text('location')}
          </SimpleGrid>
          <Textarea
            label={t('profile.bio')}
            autosize
            minRows={3}
            maxRows={10}
            maxLength={2000}
            value={draft.bio}
            onChange={(event) => set('bio', event.currentTarget.value)}
            error={errors['bio']}
            data-testid="profile-bio"
          />
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput
              label={t('profile.skills')}
              description={t('profile.skillsHint')}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              maxLength={1800}
              value={draft.skills}
              onChange={(event) => set('skills', event.currentTarget.value)}
              error={errors['skills']}
            />
            <TextInput
              label={t('profile.website')}
              type="url"
              placeholder="https://"
              maxLength={500}
              value={draft.website}
              onChange={(event) => set('website', event.currentTarget.value)}
              error={errors['socialLinks']}
              data-testid="profile-website"
            />
            <NativeSelect
              label={t('profile.visibility')}
              value={draft.visibility}
              onChange={(event) => set('visibility', event.currentTarget.value as ProfileDraft['visibility'])}
              data={visibilities.map((value) => ({ value, label: t(`profile.visibilities.${value}`) }))}
            />
          </SimpleGrid>
          <Title order={3} size="h4">
            {t('profile.private')}
          </Title>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput
              label={t('profile.dateOfBirth')}
              type="date"
              autoComplete="bday"
              value={draft.dateOfBirth}
              onChange={(event) => set('dateOfBirth', event.currentTarget.value)}
              error={errors['dateOfBirth']}
            />
            <NativeSelect
              label={t('profile.gender')}
              value={draft.gender ?? ''}
              onChange={(event) => set('gender', event.currentTarget.value as ProfileDraft['gender'])}
              data={[
                { value: '', label: t('profile.genders.none') },
                ...genders.map((value) => ({ value, label: t(`profile.genders.${value}`) })),
              ]}
            />
            {text('alternatePhone', t('phoneHint'))}
            {text('addressLine1')}
            {text('addressLine2')}
            {text('postalCode')}
            {text('city')}
            {text('stateProvince')}
            {text('country')}
          </SimpleGrid>
          <Title order={3} size="h4">
            {t('profile.emergency')}
          </Title>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            {text('emergencyContactName')}
            {text('emergencyContactPhone', t('phoneHint'))}
            {text('emergencyContactRelationship')}
          </SimpleGrid>
          <OwnFields fields={profile.customFields} state={own} />
          <Group>
            <Button type="submit" loading={saving.isPending} data-testid="profile-save">
              {t('profile.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
