import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';

interface EndDialogProps {
  title: string;
  text: string;
  /** Ends it, looks again, and says what was done. */
  end: () => Promise<string>;
  onClose: () => void;
}

/** Asks before somebody is signed out. */
export function EndDialog({ title, text, end, onClose }: EndDialogProps) {
  const { t } = useTranslation(['sessions', 'kernel']);
  const ending = useMutation({
    mutationFn: end,
    onSuccess: (message) => {
      notifications.show({ message });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('kernel:close') }}>
      <Stack>
        <Text>{text}</Text>
        {ending.isError && <ProblemAlert title={t('dialog.failed')} error={ending.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('kernel:cancel')}
          </Button>
          <Button
            color="red"
            loading={ending.isPending}
            onClick={() => ending.mutate()}
            data-testid="device-end-confirm"
          >
            {t('dialog.submit')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
