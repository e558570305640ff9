import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';

interface ConfirmDialogProps {
  title: string;
  text: string;
  /** What the button says that does it. */
  submit: string;
  /** What is said when it was done. */
  done: string;
  failed: string;
  opened: boolean;
  onClose: () => void;
  act: () => Promise<unknown>;
  /** After it was done. */
  onDone?: () => void;
}

/** Asks before something is done that others will notice. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { t } = useTranslation(['organizations', 'kernel']);
  const doing = useMutation({ mutationFn: props.act });
  const close = (): void => {
    doing.reset();
    props.onClose();
  };
  const submit = (): void =>
    doing.mutate(undefined, {
      onSuccess: () => {
        notifications.show({ message: props.done });
        close();
        props.onDone?.();
      },
    });
  return (
    <Modal
      opened={props.opened}
      onClose={close}
      title={props.title}
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
    >
      <Stack>
        <Text>{props.text}</Text>
        {doing.isError && <ProblemAlert title={props.failed} error={doing.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            {t('keep')}
          </Button>
          <Button color="red" loading={doing.isPending} onClick={submit} data-testid="confirm">
            {props.submit}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
