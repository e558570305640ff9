import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconMailPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { InvitationList } from './invitation-list.tsx';
import type { InvitationSource } from './invitation-source.ts';
import { InviteDialog } from './invite-dialog.tsx';
import type { Asking, Outcome } from './invite-dialog.tsx';

interface InvitationsBlockProps {
  source: InvitationSource;
  send: (asking: Asking) => Promise<{ items: readonly Outcome[] }>;
  /** Whether more can be invited now. */
  open: boolean;
  /** What stands above the list: a title, or a sentence. */
  children: ReactNode;
}

/** The invitations to a course or a class, with the way to send more. */
export function InvitationsBlock({ source, send, open, children }: InvitationsBlockProps) {
  const { t } = useTranslation('organizations');
  const [inviting, inviteDialog] = useDisclosure(false);
  return (
    <>
      <Group justify="space-between" align="flex-start">
        <div style={{ flex: '1 1 16rem' }}>{children}</div>
        {open && (
          <Button
            variant="default"
            leftSection={<IconMailPlus size={18} aria-hidden />}
            onClick={inviteDialog.open}
            data-testid="invite"
          >
            {t('invitations.invite')}
          </Button>
        )}
      </Group>
      <InvitationList source={source} initial="pending" />
      <InviteDialog source={source} send={send} opened={inviting} onClose={inviteDialog.close} />
    </>
  );
}
