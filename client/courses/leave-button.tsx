import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import type { CatalogueItem } from '../../shared/courses/catalogue.ts';
import { ConfirmDialog } from '../kernel/ui/confirm-dialog.tsx';
import { useOfferRefresh, withdraw } from './offer-queries.ts';

interface LeaveButtonProps {
  course: Pick<CatalogueItem, 'id' | 'title' | 'mine'>;
  /** After the person is out. */
  onDone: () => void;
}

/** Leaves a course that one entered oneself, or takes a request back; asks first. */
export function LeaveButton({ course: { id, title, mine }, onDone }: LeaveButtonProps) {
  const { t } = useTranslation('courses');
  const [asking, dialog] = useDisclosure(false);
  const refresh = useOfferRefresh();
  const isRequest = mine === 'pending';
  return (
    <>
      <Button variant="subtle" color="red" onClick={dialog.open} data-testid="offer-leave">
        {t(isRequest ? 'catalogue.takeBack' : 'catalogue.leave')}
      </Button>
      <ConfirmDialog
        title={t(isRequest ? 'catalogue.takeBackTitle' : 'catalogue.leaveTitle')}
        text={t(isRequest ? 'catalogue.takeBackText' : 'catalogue.leaveText', { title })}
        submit={t(isRequest ? 'catalogue.takeBack' : 'catalogue.leave')}
        done={t(isRequest ? 'catalogue.takenBack' : 'catalogue.left', { title })}
        failed={t('catalogue.actionFailed')}
        opened={asking}
        onClose={dialog.close}
        act={() => withdraw(id)}
        // Not a part of the act: when the page knows, this button goes, and the dialog with it.
        onDone={() => void refresh().then(onDone)}
      />
    </>
  );
}
