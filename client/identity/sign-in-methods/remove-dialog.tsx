import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { useMethodMutation } from './queries.ts';
import { useProblemText } from './use-problem-text.ts';

interface RemoveDialogProps {
  name: string;
  kind: 'passkey' | 'linked';
  opened: boolean;
  onClose: () => void;
  remove: () => Promise<unknown>;
}

/** Asks before a way to sign in is removed. */
export function RemoveDialog({ name, kind, opened, onClose, remove }: RemoveDialogProps) {
  const { t } = useTranslation(['signInMethods', 'kernel']);
  const problemText = useProblemText();
  const removal = useMethodMutation(remove);
  const close = (): void => {
    removal.reset();
    onClose();
  };
  const submit = (): void => {
    removal.mutate(undefined, {
      onSuccess: () => {
        notifications.show({ message: t('removeDialog.done', { name }) });
        close();
      },
    });
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t('removeDialog.title', { name })}
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
    >
      <Stack>
        <Text>{t(`removeDialog.${kind}`)}</Text>
        {removal.isError && (
          <ProblemAlert
            title={t('removeDialog.failed')}
            error={removal.error}
            text={problemText(removal.error)}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            {t('removeDialog.keep')}
          </Button>
          <Button color="red" onClick={submit} loading={removal.isPending} data-testid="remove-confirm">
            {t('removeDialog.submit')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
