import { Button, Group, NativeSelect, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { accountRoutes } from '../../../shared/identity/accounts.ts';
import { unchosenZone } from '../../../shared/kernel/time.ts';
import { api } from '../../kernel/api.ts';
import { deviceZone, regionOf, timeZones } from '../../kernel/i18n/region.ts';
import type { Region } from '../../kernel/i18n/region.ts';
import { serverNow } from '../../kernel/server-clock.ts';
import { setMe } from '../../kernel/sign-in-state.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import { useMe } from '../../kernel/use-sign-in.ts';
import { useFieldErrors } from './errors.ts';
import { Problem } from './problem.tsx';

/** How dates and numbers can be written. `en` leaves the country to the device. */
const locales =
  'en en-AU en-CA en-GB en-IN en-IE en-NZ en-ZA en-US ar-EG zh-CN nl-NL fr-CA fr-FR de-AT de-DE de-CH hi-IN it-IT ja-JP ko-KR pl-PL pt-BR pt-PT es-MX es-ES tr-TR uk-UA'.split(
    ' ',
  );

/** Each in its own words. */
const languageName = (tag: string): string =>
  new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;

/** Now, and a number, as they would be written. */
function exampleIn({ locale, timeZone }: Region): { moment: string; number: string } {
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short', timeZone });
  return {
    moment: moment.format(serverNow()),
    number: new Intl.NumberFormat(locale).format(1234567.89),
  };
}

/** How dates and numbers are written, and whose clock counts. */
export function PreferencesSection() {
  const { t } = useTranslation('accounts');
  const me = useMe();
  const [locale, setLocale] = useState(me.locale);
  const [timezone, setTimezone] = useState(me.timezone);
  const zones = useMemo(() => {
    const known = new Set([me.timezone, 'Etc/UTC', ...timeZones()]);
    known.delete(unchosenZone);
    return [
      { value: unchosenZone, label: t('preferences.zoneOfDevice', { zone: deviceZone() }) },
      ...[...known].toSorted().map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') })),
    ];
  }, [me.timezone, t]);
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
          <div>
            <Title order={3} size="h4">
              {t('preferences.title')}
            </Title>
            <Text c="dimmed">{t('preferences.lead')}</Text>
          </div>
          <Problem error={saving.error} fields={['locale', 'timezone']} />
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <NativeSelect
              label={t('preferences.locale')}
              value={locale}
              onChange={(event) => setLocale(event.currentTarget.value)}
              data={[...new Set([...locales, me.locale])].map((tag) => ({
                value: tag,
                label: tag === 'en' ? t('preferences.localeOfDevice') : languageName(tag),
              }))}
              error={errors['locale']}
              data-testid="preferences-locale"
            />
            <NativeSelect
              label={t('preferences.timezone')}
              value={timezone}
              onChange={(event) => setTimezone(event.currentTarget.value)}
              data={zones}
              error={errors['timezone']}
              data-testid="preferences-timezone"
            />
          </SimpleGrid>
          <Text size="sm" data-testid="preferences-example">
            {t('preferences.example', exampleIn(regionOf({ locale, timezone })))}
          </Text>
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
