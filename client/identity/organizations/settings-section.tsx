import {
  Button,
  Checkbox,
  Group,
  NumberInput,
  Paper,
  Radio,
  Stack,
  Switch,
  Text,
  Title,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode, SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { roleSlugs } from '../../../shared/identity/contract.ts';
import { organizationSettingRoutes } from '../../../shared/identity/organization-settings.ts';
import type {
  OrganizationSettingKey,
  SettingJson,
  SettingView,
} from '../../../shared/identity/organization-settings.ts';
import { ApiError, api } from '../../kernel/api.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { Loaded } from './loaded.tsx';
import { settingsOf } from './queries.ts';

/** How people of the organization sign in. */
export function SettingsSection({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('organizations');
  const query = useQuery(settingsOf(organizationId));
  return (
    <Paper component="section" withBorder p="lg" radius="md" aria-labelledby="settings-title">
      <Title order={3} size="h4" id="settings-title">
        {t('settings.title')}
      </Title>
      <Text c="dimmed" size="sm" mb="md">
        {t('settings.lead')}
      </Text>
      <Loaded query={query}>
        {({ items }) => (
          <SettingsForm key={items.map(versionOf).join()} organizationId={organizationId} items={items} />
        )}
      </Loaded>
    </Paper>
  );
}

const versionOf = ({ rowVersion, value }: SettingView): string => `${rowVersion}${JSON.stringify(value)}`;

interface SettingsFormProps {
  organizationId: string;
  items: readonly SettingView[];
}

const numbers = {
  'auth.password_min_length': { text: 'settings.passwordMinLength', min: 8, max: 64 },
  'auth.refresh_ttl_days': { text: 'settings.refreshDays', min: 1, max: 90 },
  'auth.remember_ttl_days': { text: 'settings.rememberDays', min: 1, max: 365 },
  'auth.session_max_days': { text: 'settings.longestDays', min: 1, max: 730 },
} as const;

function SettingsForm({ organizationId, items }: SettingsFormProps) {
  const { t } = useTranslation('organizations');
  const client = useQueryClient();
  /** What was changed here and is not saved; null: as the installation has it. */
  const [draft, setDraft] = useState<Partial<Record<OrganizationSettingKey, SettingJson | null>>>({});
  const query = settingsOf(organizationId);
  const saving = useMutation({
    mutationFn: () => {
      const changes = items.flatMap(({ key, rowVersion }) => {
        const value = draft[key];
        return value === undefined ? [] : [{ key, value, rowVersion }];
      });
      return api.call(organizationSettingRoutes.set, { params: { organizationId }, body: { changes } });
    },
    onSuccess: (saved) => {
      setDraft({});
      client.setQueryData(query.queryKey, saved);
      notifications.show({ message: t('settings.saved') });
    },
    onError: async (error) => {
      if (!(error instanceof ApiError) || error.code !== 'conflict') return;
      notifications.show({ color: 'orange', title: t('settings.failed'), message: t('settings.stale') });
      await client.refetchQueries({ queryKey: query.queryKey });
    },
  });
  const itemOf = (key: OrganizationSettingKey): SettingView | undefined =>
    items.find((item) => item.key === key);
  const valueOf = (key: OrganizationSettingKey): SettingJson | undefined => {
    const item = itemOf(key);
    const drafted = draft[key];
    return drafted === undefined ? item?.value : (drafted ?? item?.inherited);
  };
  const set = (key: OrganizationSettingKey, value: SettingJson | null): void =>
    setDraft((before) => ({ ...before, [key]: value }));
  const row = (key: OrganizationSettingKey, field: ReactNode) => {
    const drafted = draft[key];
    const own = drafted === undefined ? (itemOf(key)?.rowVersion ?? 0) > 0 : drafted !== null;
    return (
      <Stack gap={4} key={key}>
        {field}
        <Group gap="xs">
          <Text size="xs" c="dimmed">
            {own ? t('settings.own') : t('settings.inherited')}
          </Text>
          {own && (
            <Button size="compact-xs" variant="subtle" onClick={() => set(key, null)}>
              {t('settings.reset')}
            </Button>
          )}
        </Group>
      </Stack>
    );
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    saving.mutate();
  };
  const roles = valueOf('auth.two_factor_required_roles');
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg">
        {saving.isError && <ProblemAlert title={t('settings.failed')} error={saving.error} />}
        {row(
          'auth.session_policy',
          <Radio.Group
            label={t('settings.sessionPolicy')}
            value={String(valueOf('auth.session_policy'))}
            onChange={(value) => set('auth.session_policy', value)}
          >
            <Stack gap="xs" mt="xs">
              <Radio value="multiple" label={t('settings.multiple')} data-testid="policy-multiple" />
              <Radio value="single" label={t('settings.single')} data-testid="policy-single" />
            </Stack>
          </Radio.Group>,
        )}
        {row(
          'auth.registration_open',
          <Switch
            label={t('settings.registrationOpen')}
            description={t('settings.registrationHint')}
            checked={valueOf('auth.registration_open') === true}
            onChange={(event) => set('auth.registration_open', event.currentTarget.checked)}
            data-testid="registration-open"
          />,
        )}
        {row(
          'auth.require_verification',
          <Switch
            label={t('settings.requireVerification')}
            checked={valueOf('auth.require_verification') === true}
            onChange={(event) => set('auth.require_verification', event.currentTarget.checked)}
          />,
        )}
        {row(
          'auth.two_factor_required_roles',
          <Checkbox.Group
            label={t('settings.twoFactor')}
            value={Array.isArray(roles) ? roles : []}
            onChange={(value) => set('auth.two_factor_required_roles', value)}
          >
            <Group gap="md" mt="xs">
              {roleSlugs.map((value) => (
                <Checkbox key={value} value={value} label={t(`role.${value}`)} />
              ))}
            </Group>
          </Checkbox.Group>,
        )}
        {Object.entries(numbers).map(([name, { text, min, max }]) => {
          const key = name as keyof typeof numbers;
          return row(
            key,
            <NumberInput
              label={t(text)}
              maw={320}
              min={min}
              max={max}
              allowDecimal={false}
              clampBehavior="blur"
              value={Number(valueOf(key))}
              onChange={(value) => (typeof value === 'number' ? set(key, value) : undefined)}
            />,
          );
        })}
        <Group justify="flex-end">
          <Button
            type="submit"
            disabled={Object.keys(draft).length === 0}
            loading={saving.isPending}
            data-testid="settings-save"
          >
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
