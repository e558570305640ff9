import { Modal, Stack, Tabs, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { guestInvitationRoutes } from '../../../shared/live/guests.ts';
import { InvitationsBlock } from '../../identity/organizations/invitations-block.tsx';
import { api } from '../../kernel/api.ts';
import { GuestList } from './guest-list.tsx';
import { JoinCode } from './join-code.tsx';
import { guestInvitations } from './queries.ts';

interface GuestsDialogProps {
  sessionId: string;
  opened: boolean;
  onClose: () => void;
}

/** How people of outside come into one class: by its code or by mail, and who came. */
export function GuestsDialog({ sessionId, opened, onClose }: GuestsDialogProps) {
  const { t } = useTranslation(['live', 'kernel']);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('guests.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
    >
      <Tabs defaultValue="code" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="code" data-testid="guests-tab-code">
            {t('guests.tab.code')}
          </Tabs.Tab>
          <Tabs.Tab value="mail" data-testid="guests-tab-mail">
            {t('guests.tab.mail')}
          </Tabs.Tab>
          <Tabs.Tab value="list" data-testid="guests-tab-list">
            {t('guests.tab.list')}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="code">
          <JoinCode sessionId={sessionId} />
        </Tabs.Panel>
        <Tabs.Panel value="mail">
          <ByMail sessionId={sessionId} />
        </Tabs.Panel>
        <Tabs.Panel value="list">
          <GuestList sessionId={sessionId} />
        </Tabs.Panel>
      </Tabs>
    </Modal>
  );
}

function ByMail({ sessionId }: { sessionId: string }) {
  const { t } = useTranslation('live');
  return (
    <Stack>
      <InvitationsBlock
        source={guestInvitations(sessionId)}
        send={(body) => api.call(guestInvitationRoutes.create, { params: { sessionId }, body })}
        open
      >
        <Text>{t('guests.mailLead')}</Text>
      </InvitationsBlock>
    </Stack>
  );
}
