import { Button, CopyButton, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { NewApiKeyView } from '../../../shared/identity/api-keys.ts';
import classes from './api-keys.module.css';

/** The whole key, this once; closed only by saying so. */
export function KeyShown({ made, onDone }: { made: NewApiKeyView | null; onDone: () => void }) {
  const { t } = useTranslation('apiKeys');
  return (
    <Modal
      opened={made !== null}
      onClose={onDone}
      title={t('shown.title')}
      size="lg"
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      {made && (
        <Stack>
          <Text>{t('shown.text')}</Text>
          <TextInput
            label={t('shown.label')}
            value={made.key}
            readOnly
            onFocus={(event) => event.currentTarget.select()}
            className={classes.key}
            data-autofocus
            data-testid="key-shown"
          />
          <Group justify="flex-end">
            {/* Browsers copy on secure pages only; elsewhere the field selects itself. */}
            {window.isSecureContext && (
              <CopyButton value={made.key}>
                {({ copied, copy }) => (
                  <Button
                    variant="default"
                    onClick={copy}
                    leftSection={
                      copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />
                    }
                    data-testid="key-copy"
                  >
                    {copied ? t('shown.copied') : t('shown.copy')}
                  </Button>
                )}
              </CopyButton>
            )}
            <Button onClick={onDone} data-testid="key-stored">
              {t('shown.done')}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
