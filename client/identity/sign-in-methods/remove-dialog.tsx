import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../../kernel/ui/confirm-dialog.tsx';
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
  const { t } = useTranslation('signInMethods');
  const problemText = useProblemText();
  const removal = useMethodMutation(remove);
  return (
    <ConfirmDialog
      title={t('removeDialog.title', { name })}
      text={t(`removeDialog.${kind}`)}
      submit={t('removeDialog.submit')}
      keep={t('removeDialog.keep')}
      done={t('removeDialog.done', { name })}
      failed={t('removeDialog.failed')}
      problemText={problemText}
      opened={opened}
      onClose={onClose}
      act={() => removal.mutateAsync(undefined)}
    />
  );
}
