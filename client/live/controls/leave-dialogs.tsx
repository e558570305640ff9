import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useBlocker } from 'react-router';
import { ConfirmDialog } from '../../kernel/ui/confirm-dialog.tsx';
import { useModerating, useRoom } from '../room/room-context.ts';
import { useRoomUi } from '../room/room-ui.ts';
import { useRoomActions } from './use-room-actions.ts';

/** Leaving asks, by button and by the browser's back; ending for all is a question of its own. The tab asks as it closes only where that loses something, see `room.ts`. */
export function LeaveDialogs() {
  const ui = useRoomUi();
  const { live } = useRoom();
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => currentLocation.pathname !== nextLocation.pathname,
  );
  const stay = (): void => {
    blocker.reset?.();
    ui.closeDialog();
  };
  const leave = (): void => {
    if (blocker.state === 'blocked') blocker.proceed();
    live.leave();
  };
  return (
    <>
      <LeaveDialog
        opened={ui.dialog === 'leave' || blocker.state === 'blocked'}
        onStay={stay}
        onLeave={leave}
      />
      <EndDialog opened={ui.dialog === 'end'} onClose={ui.closeDialog} />
    </>
  );
}

interface LeaveDialogProps {
  opened: boolean;
  onStay: () => void;
  onLeave: () => void;
}

function LeaveDialog({ opened, onStay, onLeave }: LeaveDialogProps) {
  const { t } = useTranslation(['live', 'kernel']);
  const { openDialog } = useRoomUi();
  const moderating = useModerating();
  return (
    <Modal
      opened={opened}
      onClose={onStay}
      title={t('leave.title')}
      centered
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
    >
      <Stack>
        <Text>{t('leave.text')}</Text>
        <Group justify="flex-end">
          {moderating && (
            <Button
              variant="subtle"
              color="red"
              mr="auto"
              onClick={() => openDialog('end')}
              data-testid="leave-end-for-all"
            >
              {t('leave.endForAll')}
            </Button>
          )}
          <Button variant="default" onClick={onStay}>
            {t('leave.stay')}
          </Button>
          <Button onClick={onLeave} data-autofocus data-testid="leave-confirm">
            {t('leave.submit')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function EndDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation('live');
  const { endForAll } = useRoomActions();
  return (
    <ConfirmDialog
      title={t('leave.endTitle')}
      text={t('leave.endText')}
      submit={t('leave.endSubmit')}
      centered
      opened={opened}
      onClose={onClose}
      act={async () => endForAll()}
    />
  );
}
