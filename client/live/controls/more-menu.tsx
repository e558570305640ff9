import { Menu, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import {
  IconDots,
  IconKeyboard,
  IconLayoutGrid,
  IconMoon,
  IconPresentation,
  IconSettings,
  IconSquareX,
  IconSun,
  IconVolume,
  IconVolumeOff,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useModerating } from '../room/room-context.ts';
import { useRoomUi } from '../room/room-ui.ts';
import type { PanelName } from '../room/room-ui.ts';
import { ControlButton } from './control-button.tsx';
import { panelIcons } from './panel-button.tsx';
import { useRoomActions } from './use-room-actions.ts';

interface MoreMenuProps {
  /** Panels without a place in the bar, as on a phone. */
  panels: readonly PanelName[];
  /** Also reactions' neighbour: sharing the screen, where the bar is too narrow for it. */
  withScreen: boolean;
}

/** What is needed less often, and on a phone what does not fit. */
export function MoreMenu({ panels, withScreen }: MoreMenuProps) {
  const { t } = useTranslation(['live', 'kernel']);
  const ui = useRoomUi();
  const moderating = useModerating();
  const { toggleScreen } = useRoomActions();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'dark' ? 'light' : 'dark';
  const grid = ui.layout === 'grid';
  return (
    <Menu position="top" width={240} withinPortal={false}>
      <Menu.Target>
        <ControlButton
          label={t('control.more')}
          icon={<IconDots size={22} aria-hidden />}
          data-testid="open-more"
        />
      </Menu.Target>
      <Menu.Dropdown>
        {panels.map((name) => {
          const Icon = panelIcons[name];
          return (
            <Menu.Item
              key={name}
              leftSection={<Icon size={18} aria-hidden />}
              onClick={() => ui.togglePanel(name)}
              data-testid={`open-${name}`}
            >
              {t(`control.${name}`)}
            </Menu.Item>
          );
        })}
        {withScreen && (
          <Menu.Item leftSection={<IconPresentation size={18} aria-hidden />} onClick={toggleScreen}>
            {t('control.screenOff')}
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={
            grid ? <IconPresentation size={18} aria-hidden /> : <IconLayoutGrid size={18} aria-hidden />
          }
          onClick={() => ui.setLayout(grid ? 'speaker' : 'grid')}
          data-testid="toggle-layout"
        >
          {t(grid ? 'control.layoutSpeaker' : 'control.layoutGrid')}
        </Menu.Item>
        <Menu.Item
          leftSection={
            other === 'dark' ? <IconMoon size={18} aria-hidden /> : <IconSun size={18} aria-hidden />
          }
          onClick={() => setColorScheme(other)}
          data-testid="toggle-theme"
        >
          {t(other === 'dark' ? 'kernel:account.themeDark' : 'kernel:account.themeLight')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconSettings size={18} aria-hidden />}
          onClick={() => ui.openDialog('devices')}
          data-testid="open-devices"
        >
          {t('control.devices')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconKeyboard size={18} aria-hidden />}
          onClick={() => ui.openDialog('shortcuts')}
        >
          {t('control.shortcuts')}
        </Menu.Item>
        {moderating && (
          <>
            <Menu.Item
              leftSection={
                ui.sounds ? <IconVolumeOff size={18} aria-hidden /> : <IconVolume size={18} aria-hidden />
              }
              onClick={() => ui.setSounds(!ui.sounds)}
              data-testid="toggle-sounds"
            >
              {t(ui.sounds ? 'control.soundsOn' : 'control.soundsOff')}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item
              c="var(--mantine-color-error)"
              leftSection={<IconSquareX size={18} aria-hidden />}
              onClick={() => ui.openDialog('end')}
              data-testid="end-for-all"
            >
              {t('leave.endForAll')}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
