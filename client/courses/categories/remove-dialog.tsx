import { useTranslation } from 'react-i18next';
import { categoryRoutes } from '../../../shared/courses/categories.ts';
import type { CategoryView } from '../../../shared/courses/categories.ts';
import { api } from '../../kernel/api.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import { ConfirmDialog } from '../../kernel/ui/confirm-dialog.tsx';
import { useCategoryRefresh } from './queries.ts';

interface RemoveDialogProps {
  /** Null: none has been chosen yet. */
  category: CategoryView | null;
  opened: boolean;
  onClose: () => void;
}

/** Asks before a category is deleted, and says what is in it. */
export function RemoveDialog({ category, opened, onClose }: RemoveDialogProps) {
  const { t } = useTranslation('categories');
  const refresh = useCategoryRefresh();
  // It is there before one is chosen: only then does the focus go back to where it was.
  const { id: categoryId = '', name = '', organizationId, coursesCount: count = 0 } = category ?? {};
  const everywhere = organizationId === null ? ` ${t('removal.everywhere')}` : '';
  return (
    <ConfirmDialog
      title={t('removal.title', { name })}
      text={t('removal.text', { count }) + everywhere}
      submit={t('removal.submit')}
      failed={t('removal.failed')}
      done={t('removal.done', { name })}
      opened={opened}
      onClose={onClose}
      act={() => api.call(categoryRoutes.remove, { params: { categoryId } })}
      onDone={() => {
        announce(t('removal.done', { name }));
        void refresh();
      }}
    />
  );
}
