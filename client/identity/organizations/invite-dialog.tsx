import { Button, Group, List, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode, SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { invitationsAtOnce, newInvitationsInput } from '../../../shared/identity/invitations.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import type { InvitationSource } from './invitation-source.ts';

/** Whom to invite, and with which words. */
export interface Asking {
  emails: string[];
  message: string | null;
}

/** What became of one address. */
export interface Outcome {
  email: string;
  outcome: 'invited' | 'already_member' | 'already_enrolled' | 'already_in' | 'already_invited';
}

interface InviteDialogProps {
  source: InvitationSource;
  send: (asking: Asking) => Promise<{ items: readonly Outcome[] }>;
  /** What else is asked. */
  children?: ReactNode;
  opened: boolean;
  onClose: () => void;
}

/** Asks whom to invite, and then tells what became of each address. */
export function InviteDialog(props: InviteDialogProps) {
  const { t } = useTranslation(['organizations', 'kernel']);
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={t('invitations.invite')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
    >
      <InviteForm {...props} />
    </Modal>
  );
}

const oneEmail = newInvitationsInput.shape.emails.element;

/** Addresses as they were typed or pasted: lines, commas, semicolons, spaces. */
const addressesOf = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

/** Its own component: what was typed lives as long as the dialog is open. */
function InviteForm({ source, send, children, onClose }: InviteDialogProps) {
  const { t } = useTranslation('organizations');
  const client = useQueryClient();
  const [text, setText] = useState('');
  const [message, setMessage] = useState('');
  const [checked, setChecked] = useState(false);
  const emails = addressesOf(text);
  const bad = emails.filter((email) => !oneEmail.safeParse(email).success);
  const sending = useMutation({
    mutationFn: () => send({ emails, message: message.trim() || null }),
    onSuccess: () => client.invalidateQueries({ queryKey: source.key }),
  });
  if (sending.isSuccess) return <Outcomes items={sending.data.items} onClose={onClose} />;

  const wrong = wrongAddresses(emails, bad, t);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (wrong === null) sending.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {sending.isError && <ProblemAlert title={t('invitations.sendFailed')} error={sending.error} />}
        <Textarea
          label={t('invitations.emails')}
          description={t('invitations.emailsHint')}
          autosize
          minRows={3}
          maxRows={10}
          value={text}
          inputMode="email"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => setText(event.currentTarget.value)}
          error={checked ? wrong : null}
          data-autofocus
          data-testid="invite-emails"
        />
        {children}
        <Textarea
          label={t('invitations.message')}
          autosize
          minRows={2}
          maxLength={1000}
          value={message}
          onChange={(event) => setMessage(event.currentTarget.value)}
          data-testid="invite-message"
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('keep')}
          </Button>
          <Button type="submit" loading={sending.isPending} data-testid="invite-send">
            {t('invitations.send')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type Translate = ReturnType<typeof useTranslation<'organizations'>>['t'];

function wrongAddresses(emails: readonly string[], bad: readonly string[], t: Translate): string | null {
  if (emails.length === 0) return t('invitations.noEmails');
  if (bad.length > 0) return t('invitations.badEmails', { list: bad.slice(0, 5).join(', ') });
  return emails.length > invitationsAtOnce ? t('invitations.tooMany') : null;
}

function Outcomes({ items, onClose }: { items: readonly Outcome[]; onClose: () => void }) {
  const { t } = useTranslation('organizations');
  const count = items.filter(({ outcome }) => outcome === 'invited').length;
  return (
    <Stack data-testid="invite-outcomes">
      <Text role="status">{t('invitations.sent', { count })}</Text>
      <List size="sm" spacing={4}>
        {items.map(({ email, outcome }) => (
          <List.Item key={email}>
            {email} – {t(`invitations.outcome.${outcome}`)}
          </List.Item>
        ))}
      </List>
      <Group justify="flex-end">
        <Button onClick={onClose} data-autofocus data-testid="invite-done">
          {t('invitations.done')}
        </Button>
      </Group>
    </Stack>
  );
}
