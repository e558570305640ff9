import { Popover, UnstyledButton } from '@mantine/core';
import { IconMoodSmile } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { reactions } from '../../../shared/live/contract.ts';
import { ControlButton } from './control-button.tsx';
import classes from './controls.module.css';
import { useRoomActions } from './use-room-actions.ts';

export function ReactionsMenu() {
  const { t } = useTranslation('live');
  const [opened, setOpened] = useState(false);
  const { react } = useRoomActions();
  return (
    <Popover opened={opened} onChange={setOpened} position="top" trapFocus returnFocus withRoles={false}>
      <Popover.Target>
        <div>
          <ControlButton
            label={t('control.reactions')}
            icon={<IconMoodSmile size={22} aria-hidden />}
            aria-expanded={opened}
            aria-haspopup="dialog"
            onClick={() => setOpened(!opened)}
            data-testid="open-reactions"
          />
        </div>
      </Popover.Target>
      <Popover.Dropdown role="dialog" aria-label={t('control.reactions')}>
        <div className={classes.reactions}>
          {reactions.map((reaction) => (
            <UnstyledButton
              key={reaction}
              className={classes.reaction}
              aria-label={t('control.react', { reaction })}
              onClick={() => {
                react(reaction);
                setOpened(false);
              }}
              data-testid="send-reaction"
            >
              {reaction}
            </UnstyledButton>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
