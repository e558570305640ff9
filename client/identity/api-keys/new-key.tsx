import {
  Alert,
  Button,
  Group,
  MultiSelect,
  NumberInput,
  Paper,
  Select,
  Stack,
  TextInput,
  Textarea,
  Title,
} from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { apiKeyRoutes, defaultKeyLimits, newApiKeyInput } from '../../../shared/identity/api-keys.ts';
import type { NewApiKeyView } from '../../../shared/identity/api-keys.ts';
import { permissionCatalogue } from '../../../shared/identity/permissions.ts';
import { ApiError, api } from '../../kernel/api.ts';
import { serverNow } from '../../kernel/server-clock.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { useMe } from '../../kernel/use-sign-in.ts';
import { useStepUp } from '../two-factor/step-up-dialog.tsx';
import { useKeysRefresh } from './queries.ts';

const expiries = ['30', '90', '365', 'never'] as const;
type Expiry = (typeof expiries)[number];
const isExpiry = (value: string | null): value is Expiry =>
  (expiries as readonly (string | null)[]).includes(value);
const dayMs = 24 * 3_600_000;

interface Typed {
  name: string;
  permissions: string[];
  expiry: Expiry;
  addresses: string;
  limit: number | string;
}

const linesOf = (text: string): string[] =>
  text
    .split(/[\s,;]+/)
    .map((line) => line.trim())
    .filter(Boolean);

const bodyOf = ({ name, permissions, expiry, addresses, limit }: Typed) => ({
  name,
  permissions,
  expiresAt: expiry === 'never' ? null : new Date(serverNow() + Number(expiry) * dayMs).toISOString(),
  allowedIps: linesOf(addresses),
  rateLimitPerMinute: limit,
});

/** What is wrong with each field: by our own look at it, or by the server's. */
function useFieldTexts(typed: Typed, checked: boolean, error: unknown): Record<string, string> {
  const { t } = useTranslation('apiKeys');
  const texts: Record<string, string> = {};
  if (error instanceof ApiError)
    for (const { path, message } of error.errors) texts[String(path.split('.')[0])] = message;
  const parsed = newApiKeyInput.safeParse(bodyOf(typed));
  if (!checked || parsed.success) return texts;
  for (const { path } of parsed.error.issues) {
    const [field, index] = path;
    if (field === 'name') texts['name'] = t('form.missing');
    if (field === 'permissions') texts['permissions'] = t('form.choose');
    if (field === 'rateLimitPerMinute') texts['rateLimitPerMinute'] = t('form.limitWrong');
    if (field === 'allowedIps')
      texts['allowedIps'] =
        typeof index === 'number'
          ? t('form.noAddress', { text: linesOf(typed.addresses)[index] ?? '' })
          : t('form.tooMany');
  }
  return texts;
}

interface NewKeyProps {
  onMade: (key: NewApiKeyView) => void;
  onCancel: () => void;
}

/** The form for a new key. */
export function NewKey({ onMade, onCancel }: NewKeyProps) {
  const { t } = useTranslation(['apiKeys', 'kernel']);
  const { permissions: held } = useMe();
  const refresh = useKeysRefresh();
  const [checked, setChecked] = useState(false);
  const [typed, setTyped] = useState<Typed>({
    name: '',
    permissions: [],
    expiry: '90',
    addresses: '',
    limit: defaultKeyLimits.perMinute,
  });
  const change = (part: Partial<Typed>): void => setTyped((before) => ({ ...before, ...part }));
  const { withStepUp, stepUpDialog } = useStepUp();
  const making = useMutation({
    mutationFn: () =>
      withStepUp(() => api.call(apiKeyRoutes.create, { body: newApiKeyInput.parse(bodyOf(typed)) })),
    onSuccess: async (made) => {
      onMade(made);
      await refresh();
    },
  });
  const wrong = useFieldTexts(typed, checked, making.error);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (newApiKeyInput.safeParse(bodyOf(typed)).success) making.mutate();
  };
  return (
    <Paper component="section" withBorder p="lg" radius="md" aria-labelledby="new-key">
      <form onSubmit={submit} noValidate>
        <Stack>
          <Title order={3} size="h4" id="new-key">
            {t('form.title')}
          </Title>
          {making.isError && <ProblemAlert title={t('form.failed')} error={making.error} />}
          {held.length === 0 && <Alert>{t('form.noPermissions')}</Alert>}
          <TextInput
            label={t('form.name')}
            description={t('form.nameHint')}
            value={typed.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
            maxLength={80}
            error={wrong['name']}
            autoComplete="off"
            data-autofocus
            data-testid="key-name"
          />
          <MultiSelect
            label={t('form.permissions')}
            description={t('form.permissionsHint')}
            data={held.map((slug) => ({ value: slug, label: `${permissionCatalogue[slug]} (${slug})` }))}
            value={typed.permissions}
            onChange={(permissions) => change({ permissions })}
            error={wrong['permissions']}
            searchable
            hidePickedOptions
            data-testid="key-permissions"
          />
          <Group align="flex-start" grow preventGrowOverflow={false}>
            <Select
              label={t('form.expires')}
              data={expiries.map((value) => ({ value, label: t(`form.expiry.${value}`) }))}
              value={typed.expiry}
              onChange={(value) => {
                if (isExpiry(value)) change({ expiry: value });
              }}
              error={wrong['expiresAt']}
              allowDeselect={false}
              data-testid="key-expiry"
            />
            <NumberInput
              label={t('form.limit')}
              value={typed.limit}
              onChange={(limit) => change({ limit })}
              min={1}
              max={600}
              allowDecimal={false}
              error={wrong['rateLimitPerMinute']}
              data-testid="key-limit"
            />
          </Group>
          <Textarea
            label={t('form.allowedIps')}
            description={t('form.allowedIpsHint')}
            value={typed.addresses}
            onChange={(event) => change({ addresses: event.currentTarget.value })}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={1500}
            spellCheck={false}
            error={wrong['allowedIps']}
            data-testid="key-addresses"
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onCancel}>
              {t('kernel:cancel')}
            </Button>
            <Button type="submit" loading={making.isPending} data-testid="key-submit">
              {t('form.submit')}
            </Button>
          </Group>
          {stepUpDialog}
        </Stack>
      </form>
    </Paper>
  );
}
