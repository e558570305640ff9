import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from './problem-alert.tsx';

interface ConfirmDialogProps {
  title: string;
  text: string;
  /** What the button says that does it. */
  submit: string;
  /** What the button says that leaves everything as it is. */
  keep?: string;
  /** What is said when it was done; nothing where the page shows it. */
  done?: string;
  /** What is said above the reason when it could not be done; nothing where `act` does not fail. */
  failed?: string;
  /** A better sentence than the catalogue's for some reasons. */
  problemText?: (error: unknown) => string | null;
  centered?: boolean;
  opened: boolean;
  onClose: () => void;
  act: () => Promise<unknown>;
  /** After it was done. */
  onDone?: () => void;
}

/** Asks before something is done that others will notice, or that cannot be taken back. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { t } = useTranslation();
  const doing = useMutation({ mutationFn: props.act });
  const close = (): void => {
    doing.reset();
    props.onClose();
  };
  const submit = (): void =>
    doing.mutate(undefined, {
      onSuccess: () => {
        if (props.done !== undefined) notifications.show({ message: props.done });
        close();
        props.onDone?.();
      },
    });
  return (
    <Modal
      opened={props.opened}
      onClose={close}
      title={props.title}
      centered={props.centered}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack>
        <Text>{props.text}</Text>
        {doing.isError && props.failed !== undefined && (
          <ProblemAlert title={props.failed} error={doing.error} text={props.problemText?.(doing.error)} />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus data-testid="confirm-keep">
            {props.keep ?? t('cancel')}
          </Button>
          <Button color="red.8" loading={doing.isPending} onClick={submit} data-testid="confirm">
            {props.submit}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
