import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../../kernel/ui/confirm-dialog.tsx';

interface EndDialogProps {
  title: string;
  text: string;
  /** Ends it, looks again, and says what was done. */
  end: () => Promise<string>;
  onClose: () => void;
}

/** Asks before somebody is signed out. */
export function EndDialog({ title, text, end, onClose }: EndDialogProps) {
  const { t } = useTranslation('sessions');
  return (
    <ConfirmDialog
      title={title}
      text={text}
      submit={t('dialog.submit')}
      failed={t('dialog.failed')}
      opened
      onClose={onClose}
      act={async () => notifications.show({ message: await end() })}
    />
  );
}
