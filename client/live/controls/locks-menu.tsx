import { Button, Group, Menu } from '@mantine/core';
import { IconMicrophone, IconMicrophoneOff, IconShieldLock } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useSnapshot } from '../room/room-context.ts';
import { useRoomActions } from './use-room-actions.ts';

const kinds = ['microphone', 'camera', 'screen', 'chat', 'hands', 'room'] as const;

/** What a teacher switches off for everyone: the microphones with one press, the rest in a menu. */
export function LocksMenu() {
  const { t } = useTranslation('live');
  const locks = useSnapshot((snapshot) => snapshot.locks);
  const { setLocks } = useRoomActions();
  const muted = locks.microphone;
  return (
    <Group gap="xs">
      <Button
        size="sm"
        variant={muted ? 'default' : 'filled'}
        leftSection={
          muted ? <IconMicrophone size={16} aria-hidden /> : <IconMicrophoneOff size={16} aria-hidden />
        }
        onClick={() => setLocks({ microphone: !muted })}
        data-testid="mute-everyone"
        data-state={muted ? 'locked' : 'open'}
      >
        {t(muted ? 'locks.unmuteAll' : 'locks.muteAll')}
      </Button>
      <Menu closeOnItemClick={false} width={260} position="bottom-start">
        <Menu.Target>
          <Button
            size="sm"
            variant="default"
            leftSection={<IconShieldLock size={16} aria-hidden />}
            data-testid="open-locks"
          >
            {t('locks.menu')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {kinds.map((kind) => (
            <Menu.CheckboxItem
              key={kind}
              checked={!locks[kind]}
              onChange={(allowed) => setLocks({ [kind]: !allowed })}
              data-testid={`lock-${kind}`}
            >
              {t(`locks.${kind}`)}
            </Menu.CheckboxItem>
          ))}
          <Menu.Label>{t('locks.hint')}</Menu.Label>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
