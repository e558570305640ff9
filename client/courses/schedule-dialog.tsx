import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconCalendarPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ScheduleForm } from './schedule-form.tsx';

export function ScheduleButton({ courseId }: { courseId: string }) {
  const { t } = useTranslation(['courses', 'kernel']);
  const [opened, dialog] = useDisclosure(false);
  return (
    <>
      <Button
        leftSection={<IconCalendarPlus size={18} aria-hidden />}
        onClick={dialog.open}
        data-testid="schedule-open"
      >
        {t('schedule.open')}
      </Button>
      <Modal
        opened={opened}
        onClose={dialog.close}
        title={t('schedule.title')}
        closeButtonProps={{ 'aria-label': t('kernel:close') }}
      >
        <ScheduleForm
          courseId={courseId}
          onCancel={dialog.close}
          onDone={(title) => {
            dialog.close();
            notifications.show({ message: t('schedule.done', { title }) });
          }}
        />
      </Modal>
    </>
  );
}
