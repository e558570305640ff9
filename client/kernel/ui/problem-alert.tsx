import { Alert, Button, Group } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../i18n/use-error-text.ts';

interface ProblemAlertProps {
  title: string;
  /** Anything thrown. */
  error: unknown;
  /** A better sentence than the catalogue's, where the screen knows more. */
  text?: string | null;
  onRetry?: () => void;
}

/** Why something did not work, and the way to try again. */
export function ProblemAlert({ title, error, text, onRetry }: ProblemAlertProps) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  return (
    <Alert
      role="alert"
      color="red"
      title={title}
      icon={<IconAlertTriangle aria-hidden />}
      data-testid="problem"
    >
      {text ?? errorText(error)}
      {onRetry && (
        <Group mt="sm">
          <Button size="xs" variant="default" onClick={onRetry}>
            {t('retry')}
          </Button>
        </Group>
      )}
    </Alert>
  );
}
