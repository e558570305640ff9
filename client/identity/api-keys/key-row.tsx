import { Badge, Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import type { ApiKeyView } from '../../../shared/identity/api-keys.ts';
import { formatDate, formatMoment } from '../../kernel/i18n/format.ts';
import { serverNow } from '../../kernel/server-clock.ts';
import { ConfirmDialog } from '../../kernel/ui/confirm-dialog.tsx';
import classes from './api-keys.module.css';
import { useKeysRefresh } from './queries.ts';

interface KeyRowProps {
  apiKey: ApiKeyView;
  /** Whose it is, where the list is not of one's own. */
  owner?: string;
  revoke: () => Promise<unknown>;
}

/** One key, and a button that ends it. */
export function KeyRow({ apiKey, owner, revoke }: KeyRowProps) {
  const { t } = useTranslation('apiKeys');
  const [asking, dialog] = useDisclosure(false);
  const refresh = useKeysRefresh();
  const { name, prefix, permissions, allowedIps, rateLimitPerMinute, expiresAt, lastUsedAt } = apiKey;
  const expired = expiresAt !== null && Date.parse(expiresAt) <= serverNow();
  const expiry = expiresAt
    ? t(expired ? 'row.expired' : 'row.expires', { day: formatDate(expiresAt) })
    : t('row.never');
  const use = lastUsedAt
    ? t('row.used', { count: apiKey.usageCount, moment: formatMoment(lastUsedAt) })
    : t('row.unused');
  const facts = [
    t('row.created', { day: formatDate(apiKey.createdAt) }),
    expiry,
    use,
    t('row.limit', { count: rateLimitPerMinute }),
    ...(allowedIps.length > 0 ? [t('row.from', { addresses: allowedIps.join(', ') })] : []),
  ];
  return (
    <li className={classes.row} data-testid="api-key-row" data-expired={expired}>
      <div className={classes.text}>
        <Text fw={600}>
          {name}
          {owner && (
            <Text span fw={400} c="dimmed">
              {` ${t('row.owner', { name: owner })}`}
            </Text>
          )}
        </Text>
        <Text size="sm" className={classes.prefix}>
          {prefix}_…
        </Text>
        <Text size="sm" c="dimmed">
          {facts.join(' · ')}
        </Text>
        <Group gap={4} mt={4}>
          {permissions.map((slug) => (
            <Badge key={slug} variant="light" tt="none">
              {slug}
            </Badge>
          ))}
        </Group>
      </div>
      <Button
        size="xs"
        variant="subtle"
        color="red"
        aria-label={t('revoke.named', { name })}
        onClick={dialog.open}
        data-testid="api-key-revoke"
      >
        {t('revoke.submit')}
      </Button>
      <ConfirmDialog
        title={t('revoke.title', { name })}
        text={t('revoke.text')}
        submit={t('revoke.submit')}
        done={t('revoke.done', { name })}
        failed={t('revoke.failed')}
        opened={asking}
        onClose={dialog.close}
        act={revoke}
        onDone={() => void refresh()}
      />
    </li>
  );
}
