import { Anchor, Button, Group, NativeSelect, Paper, SimpleGrid, Stack, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { accountRoutes } from '../../../shared/identity/accounts.ts';
import { api } from '../../kernel/api.ts';
import { setMe } from '../../kernel/sign-in-state.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import { useMe } from '../../kernel/use-sign-in.ts';
import { useFieldErrors } from './errors.ts';
import { Problem } from './problem.tsx';

const languages = ['en', 'de', 'es', 'fr', 'it', 'nl', 'pl', 'pt', 'tr', 'uk', 'ar', 'hi', 'ja', 'zh'];

/** Each language in its own words. */
function languageName(tag: string): string {
  return new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;
}

/** The device's own time zone. */
const deviceZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Language and time zone. */
export function PreferencesSection() {
  const { t } = useTranslation('accounts');
  const me = useMe();
  const [locale, setLocale] = useState(me.locale);
  const [timezone, setTimezone] = useState(me.timezone);
  const here = deviceZone();
  const zones = useMemo(
    () => [...new Set([me.timezone, 'UTC', ...Intl.supportedValuesOf('timeZone')])].toSorted(),
    [me.timezone],
  );
  const fieldErrors = useFieldErrors();
  const saving = useMutation({
    mutationFn: () => api.call(accountRoutes.changePreferences, { body: { locale, timezone } }),
    onSuccess: (user) => {
      setMe(user);
      notifications.show({ message: t('preferences.saved') });
      announce(t('preferences.saved'));
    },
  });
  const errors = fieldErrors(saving.error);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <Paper withBorder p="lg" radius="md" component="section">
      <form onSubmit={submit}>
        <Stack>
          <Title order={3} size="h4">
            {t('preferences.title')}
          </Title>
          <Problem error={saving.error} fields={['locale', 'timezone']} />
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <NativeSelect
              label={t('preferences.locale')}
              value={locale}
              onChange={(event) => setLocale(event.currentTarget.value)}
              data={[...new Set([me.locale, ...languages])].map((tag) => ({
                value: tag,
                label: languageName(tag),
              }))}
              error={errors['locale']}
              data-testid="preferences-locale"
            />
            <div>
              <NativeSelect
                label={t('preferences.timezone')}
                value={timezone}
                onChange={(event) => setTimezone(event.currentTarget.value)}
                data={zones}
                error={errors['timezone']}
                data-testid="preferences-timezone"
              />
              {here !== timezone && (
                <Anchor component="button" type="button" size="sm" mt={4} onClick={() => setTimezone(here)}>
                  {t('preferences.here', { zone: here })}
                </Anchor>
              )}
            </div>
          </SimpleGrid>
          <Group>
            <Button type="submit" loading={saving.isPending} data-testid="preferences-save">
              {t('preferences.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
