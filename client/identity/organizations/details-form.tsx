import {
  Button,
  Group,
  NativeSelect,
  Paper,
  Select,
  SimpleGrid,
  Stack,
  TextInput,
  Textarea,
  Title,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { organizationRoutes, organizationTypes } from '../../../shared/identity/organizations.ts';
import type { OrganizationChanges, OrganizationDetailView } from '../../../shared/identity/organizations.ts';
import { api } from '../../kernel/api.ts';
import { refreshMe } from '../../kernel/switch-organization.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { fieldErrors } from './field-errors.ts';
import { oneOrganization, organizationsKey } from './queries.ts';

const contactFields = [
  'website',
  'email',
  'phone',
  'addressLine1',
  'addressLine2',
  'postalCode',
  'city',
  'stateProvince',
  'country',
] as const;
const textFields = ['name', 'slug', 'description', 'locale', ...contactFields] as const;
type TextField = (typeof textFields)[number];

const hints: Partial<Record<TextField, 'slugHint' | 'localeHint' | 'countryHint'>> = {
  slug: 'slugHint',
  locale: 'localeHint',
  country: 'countryHint',
};

const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

/** The form's own values: all of them text. */
function valuesOf(one: OrganizationDetailView) {
  const texts = Object.fromEntries(textFields.map((name) => [name, one[name] ?? ''])) as Record<
    TextField,
    string
  >;
  const { branding, emailDomains } = one.settings;
  return {
    ...texts,
    type: one.type,
    timezone: one.timezone,
    primaryColor: branding?.primaryColor ?? '',
    loginMessage: branding?.loginMessage ?? '',
    emailDomains: (emailDomains ?? []).join('\n'),
  };
}
type Values = ReturnType<typeof valuesOf>;

function changesOf(values: Values, before: OrganizationDetailView): OrganizationChanges {
  const { primaryColor, loginMessage, emailDomains, name, slug, locale, type, timezone, ...rest } = values;
  const nullable = Object.fromEntries(
    Object.entries(rest).map(([field, value]) => [field, value.trim() === '' ? null : value.trim()]),
  );
  const domains = emailDomains.split(/[\s,;]+/).filter(Boolean);
  const branding = {
    ...(primaryColor.trim() ? { primaryColor: primaryColor.trim() } : {}),
    ...(loginMessage.trim() ? { loginMessage: loginMessage.trim() } : {}),
  };
  return {
    ...nullable,
    name: name.trim(),
    slug: slug.trim(),
    locale: locale.trim(),
    type,
    timezone,
    settings: { ...before.settings, branding, emailDomains: domains },
  };
}

/** What an organization is called, where it is found, and how it looks. */
export function DetailsForm({ organization }: { organization: OrganizationDetailView }) {
  const { t } = useTranslation('organizations');
  const client = useQueryClient();
  const [values, setValues] = useState(() => valuesOf(organization));
  const saving = useMutation({
    mutationFn: () =>
      api.call(organizationRoutes.update, {
        params: { organizationId: organization.id },
        body: changesOf(values, organization),
      }),
    onSuccess: async (saved) => {
      client.setQueryData(oneOrganization(saved.id).queryKey, saved);
      setValues(valuesOf(saved));
      notifications.show({ message: t('organization.saved') });
      await client.invalidateQueries({ queryKey: organizationsKey });
      await refreshMe();
    },
  });
  const refused = refusedFields(saving.error, t('taken'));
  const set = (name: keyof Values, value: string): void => setValues((now) => ({ ...now, [name]: value }));
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    saving.mutate();
  };
  const text = (name: TextField) => {
    const hint = hints[name];
    return (
      <TextInput
        key={name}
        label={t(`organization.${name}`)}
        description={hint ? t(`organization.${hint}`) : undefined}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        value={values[name]}
        maxLength={500}
        error={refused[name]}
        onChange={(event) => set(name, event.currentTarget.value)}
        data-testid={`organization-${name}`}
      />
    );
  };
  return (
    <Paper component="form" withBorder p="lg" radius="md" onSubmit={submit} noValidate>
      <Stack>
        <Title order={3} size="h4">
          {t('organization.about')}
        </Title>
        {saving.isError && <ProblemAlert title={t('organization.saveFailed')} error={saving.error} />}
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {text('name')}
          {text('slug')}
          <NativeSelect
            label={t('organization.type')}
            value={values.type}
            onChange={(event) => set('type', event.currentTarget.value)}
            data={organizationTypes.map((value) => ({ value, label: t(`type.${value}`) }))}
          />
          <Select
            label={t('organization.timezone')}
            searchable
            allowDeselect={false}
            value={values.timezone}
            onChange={(zone) => set('timezone', zone ?? values.timezone)}
            data={zones.includes(values.timezone) ? zones : [values.timezone, ...zones]}
            limit={100}
            error={refused['timezone']}
          />
          {text('locale')}
        </SimpleGrid>
        <Textarea
          label={t('organization.description')}
          autosize
          minRows={2}
          maxLength={2000}
          value={values.description}
          error={refused['description']}
          onChange={(event) => set('description', event.currentTarget.value)}
        />
        <Title order={3} size="h4" mt="sm">
          {t('organization.contact')}
        </Title>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>{contactFields.map(text)}</SimpleGrid>
        <Title order={3} size="h4" mt="sm">
          {t('organization.look')}
        </Title>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput
            label={t('organization.primaryColor')}
            description={t('organization.colorHint')}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            value={values.primaryColor}
            maxLength={7}
            error={refused['settings.branding.primaryColor']}
            onChange={(event) => set('primaryColor', event.currentTarget.value)}
          />
          <Textarea
            label={t('organization.emailDomains')}
            description={t('organization.emailDomainsHint')}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            autosize
            minRows={1}
            value={values.emailDomains}
            error={refused['settings.emailDomains']}
            onChange={(event) => set('emailDomains', event.currentTarget.value)}
          />
        </SimpleGrid>
        <Textarea
          label={t('organization.loginMessage')}
          description={t('organization.loginHint', {
            address: `${window.location.origin}/sign-in?org=${encodeURIComponent(organization.slug)}`,
          })}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          autosize
          minRows={2}
          maxLength={500}
          value={values.loginMessage}
          error={refused['settings.branding.loginMessage']}
          onChange={(event) => set('loginMessage', event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={saving.isPending} data-testid="organization-save">
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

/** Of a list the first refused entry stands for all of it. */
function refusedFields(error: unknown, taken: string): Record<string, string> {
  const refused = fieldErrors(error, taken);
  const domain = Object.entries(refused).find(([path]) => path.startsWith('settings.emailDomains'));
  return domain ? { ...refused, 'settings.emailDomains': domain[1] } : refused;
}
