import { Button, CopyButton, Group, Text } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { formatMoment } from '../../kernel/i18n/format.ts';
import classes from './guardians.module.css';

/** A link code, the one time that it is known. */
export function CodeShown({ code, expiresAt }: { code: string; expiresAt: string }) {
  const { t } = useTranslation('guardians');
  return (
    <div role="status">
      <Group gap="md">
        <Text className={classes.code} data-testid="link-code">
          {`${code.slice(0, 4)}-${code.slice(4)}`}
        </Text>
        {/* Browsers copy on secure pages only; elsewhere one click selects the code. */}
        {window.isSecureContext && (
          <CopyButton value={code}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                size="xs"
                onClick={copy}
                leftSection={
                  copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />
                }
              >
                {copied ? t('code.copied') : t('code.copy')}
              </Button>
            )}
          </CopyButton>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {t('code.shown', { moment: formatMoment(expiresAt) })}
      </Text>
    </div>
  );
}
