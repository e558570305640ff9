import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LiveSessionView } from '../../../shared/live/contract.ts';
import { formatMoment, formatTime } from '../../kernel/i18n/format.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { DeviceCheck, loadDeviceChoice, saveDeviceChoice } from '../../media/device-check.tsx';
import type { DeviceChoice } from '../../media/device-check.tsx';
import { GuestsButton } from '../guests/guests-button.tsx';
import { useStartClass } from './queries.ts';
import { WayBack } from './way-back.tsx';

interface PrejoinProps {
  session: LiveSessionView;
  onJoin: (devices: DeviceChoice) => void;
}

/** The known devices, but silent and dark: nobody is heard or seen on entry who did not ask for it just now. */
const quietChoice = (): DeviceChoice => ({ ...loadDeviceChoice(), microphoneOn: false, cameraOn: false });

/** The door: which class, when, and with which microphone and camera. */
export function Prejoin({ session, onJoin }: PrejoinProps) {
  const { t } = useTranslation('live');
  const [devices, setDevices] = useState(quietChoice);
  const change = (choice: DeviceChoice): void => {
    setDevices(choice);
    saveDeviceChoice(choice);
  };
  const open = session.status === 'scheduled' || session.status === 'live';
  return (
    <Stack maw={720} mx="auto" gap="lg">
      <WayBack session={session} />
      <div>
        <Title order={1}>{session.title}</Title>
        <Text c="dimmed">{t('prejoin.with', { name: session.host.displayName })}</Text>
      </div>
      {session.description && <Text>{session.description}</Text>}
      {session.isGuest && <Text c="dimmed">{t('prejoin.guest')}</Text>}
      {/* Above the devices: who comes every day joins without scrolling. */}
      <Group justify="space-between" gap="md" data-testid="prejoin">
        <Status session={session} />
        {open && (
          <Group>
            {session.canInvite && <GuestsButton sessionId={session.id} size="md" />}
            <EntryButton session={session} onEnter={() => onJoin(devices)} />
          </Group>
        )}
      </Group>
      {open && (
        <Paper withBorder radius="lg" p="lg" component="section" aria-label={t('prejoin.devices')}>
          <Text size="sm" c="dimmed" mb="md">
            {t('prejoin.quiet')}
          </Text>
          <DeviceCheck value={devices} onChange={change} />
        </Paper>
      )}
    </Stack>
  );
}

function Status({ session }: { session: LiveSessionView }) {
  const { t } = useTranslation('live');
  const { status, canHost, runningSince, scheduledAt } = session;
  return (
    <div role="status" data-testid="class-status" data-status={status}>
      {status === 'cancelled' && <Text fw={600}>{t('prejoin.cancelled')}</Text>}
      {status === 'live' && runningSince && (
        <Text fw={600}>{t('prejoin.running', { time: formatTime(runningSince) })}</Text>
      )}
      {status === 'scheduled' && (
        <>
          <Text fw={600}>{t('prejoin.startsAt', { moment: formatMoment(scheduledAt) })}</Text>
          <Text c="dimmed">{t(canHost ? 'prejoin.waitingHost' : 'prejoin.waiting')}</Text>
        </>
      )}
    </div>
  );
}

function EntryButton({ session, onEnter }: { session: LiveSessionView; onEnter: () => void }) {
  const { t } = useTranslation('live');
  const start = useStartClass(session.id);
  if (session.status === 'live') {
    return (
      <Group>
        <Button size="md" onClick={onEnter} data-testid="prejoin-join">
          {t('prejoin.join')}
        </Button>
      </Group>
    );
  }
  if (!session.canHost) return null;
  return (
    <Stack align="flex-start">
      {start.isError && <ProblemAlert title={t('prejoin.failed')} error={start.error} />}
      <Button
        size="md"
        loading={start.isPending}
        onClick={() => start.mutate(undefined, { onSuccess: onEnter })}
        data-testid="prejoin-start"
      >
        {t('prejoin.start')}
      </Button>
    </Stack>
  );
}
