import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';

interface NameDialogProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  text?: string;
  label: string;
  submit: string;
  initial: string;
  pending: boolean;
  problem: { title: string; error: unknown; text: string | null } | null;
  onSubmit: (name: string) => void;
}

/** Asks for the name of a passkey. */
export function NameDialog(props: NameDialogProps) {
  const { t } = useTranslation('kernel');
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={props.title}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <NameForm {...props} />
    </Modal>
  );
}

/** Its own component: what was typed lives as long as the dialog is open. */
function NameForm({ text, label, submit, initial, pending, problem, onSubmit, onClose }: NameDialogProps) {
  const { t } = useTranslation(['signInMethods', 'kernel']);
  const [name, setName] = useState(initial);
  const [checked, setChecked] = useState(false);
  const missing = name.trim() === '';
  const send = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (!missing) onSubmit(name.trim());
  };
  return (
    <form onSubmit={send} noValidate>
      <Stack>
        {text && <Text>{text}</Text>}
        {problem && <ProblemAlert {...problem} />}
        <TextInput
          label={label}
          value={name}
          maxLength={80}
          required
          withAsterisk={false}
          autoComplete="off"
          onChange={(event) => setName(event.currentTarget.value)}
          error={checked && missing ? t('nameMissing') : null}
          data-autofocus
          data-testid="passkey-name"
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('kernel:cancel')}
          </Button>
          <Button type="submit" loading={pending} data-testid="passkey-name-submit">
            {submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
