import { Group, Radio, Stack, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Expiry } from './expiry.ts';

interface ExpiryFieldProps {
  expiry: Expiry;
  onChange: (expiry: Expiry) => void;
  error: string | undefined;
}

/** For good, or until a day and time. A choice of its own: an empty date is then a mistake, and not forever. */
export function ExpiryField({ expiry, onChange, error }: ExpiryFieldProps) {
  const { t } = useTranslation('access');
  return (
    <Stack gap="xs">
      <Radio.Group
        label={t('expiry.label')}
        value={expiry.kind}
        onChange={(kind) => onChange({ ...expiry, kind: kind === 'until' ? 'until' : 'never' })}
      >
        <Group gap="md" mt={6}>
          <Radio value="never" label={t('expiry.never')} />
          <Radio value="until" label={t('expiry.until')} data-testid="expiry-until" />
        </Group>
      </Radio.Group>
      {expiry.kind === 'until' && (
        <Group grow align="flex-start">
          <TextInput
            type="date"
            label={t('expiry.date')}
            value={expiry.date}
            error={error}
            onChange={(event) => onChange({ ...expiry, date: event.currentTarget.value })}
            data-testid="expiry-date"
          />
          <TextInput
            type="time"
            label={t('expiry.time')}
            value={expiry.time}
            onChange={(event) => onChange({ ...expiry, time: event.currentTarget.value })}
            data-testid="expiry-time"
          />
        </Group>
      )}
    </Stack>
  );
}
