import { Badge, Button, Group, Text } from '@mantine/core';
import { IconDeviceDesktop, IconDeviceMobile, IconDeviceTablet } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/identity/sessions.ts';
import { formatMoment } from '../../kernel/i18n/format.ts';
import classes from './sessions.module.css';

/** What a device says of itself, as one calls it. */
export function useDeviceName(): (device: DeviceView) => string {
  const { t } = useTranslation('sessions');
  return ({ browser, platform }) =>
    browser && platform ? t('onPlatform', { browser, platform }) : (browser ?? platform ?? t('unknown'));
}

interface DeviceRowProps {
  device: DeviceView;
  /** Whose it is, where that is not clear. */
  owner?: string;
  /** Without it there is no button. */
  onEnd?: () => void;
}

export function DeviceRow({ device, owner, onEnd }: DeviceRowProps) {
  const { t } = useTranslation('sessions');
  const name = useDeviceName()(device);
  const Icon =
    device.deviceType === 'tablet'
      ? IconDeviceTablet
      : device.isMobile
        ? IconDeviceMobile
        : IconDeviceDesktop;
  const details = [
    t('since', { moment: formatMoment(device.signedInAt) }),
    device.ipAddress,
    device.rememberMe ? t('remembered') : null,
  ].filter(Boolean);
  return (
    <li className={classes.row} data-testid="device" data-current={device.current || undefined}>
      <Icon size={24} aria-hidden className={classes.icon} />
      <div className={classes.text}>
        <Group gap="xs">
          <Text fw={550}>{owner ?? name}</Text>
          {device.current && (
            <Badge variant="light" color="green">
              {t('current')}
            </Badge>
          )}
        </Group>
        {owner && <Text size="sm">{name}</Text>}
        <Text size="sm" c="dimmed">
          {t('active', { moment: formatMoment(device.lastActivityAt) })}
        </Text>
        <Text size="sm" c="dimmed">
          {details.join(' · ')}
        </Text>
      </div>
      {onEnd && (
        <Button
          variant="default"
          size="xs"
          aria-label={t('endOf', { device: owner ? `${owner}, ${name}` : name })}
          onClick={onEnd}
          data-testid="device-end"
        >
          {t('end')}
        </Button>
      )}
    </li>
  );
}
