import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LiveSessionView } from '../../shared/live/contract.ts';
import { formatMoment } from '../kernel/i18n/format.ts';
import { ProblemAlert } from '../kernel/ui/problem-alert.tsx';
import { useCancel } from './queries.ts';

interface CancelDialogProps {
  session: LiveSessionView;
  opened: boolean;
  onClose: () => void;
}

export function CancelDialog({ session, opened, onClose }: CancelDialogProps) {
  const { t } = useTranslation(['courses', 'kernel']);
  const [reason, setReason] = useState('');
  const cancel = useCancel(session.id);
  const submit = (): void => {
    cancel.mutate(reason, {
      onSuccess: () => {
        notifications.show({ message: t('cancel.done') });
        onClose();
      },
    });
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('cancel.title')}
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
    >
      <Stack>
        <Text>{t('cancel.text', { title: session.title, moment: formatMoment(session.scheduledAt) })}</Text>
        {cancel.isError && <ProblemAlert title={t('cancel.failed')} error={cancel.error} />}
        <Textarea
          label={t('cancel.reason')}
          autosize
          minRows={2}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('cancel.keep')}
          </Button>
          <Button color="red" onClick={submit} loading={cancel.isPending} data-testid="class-cancel-confirm">
            {t('cancel.submit')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
