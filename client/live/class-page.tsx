import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import type { LiveSessionView } from '../../shared/live/contract.ts';
import { ApiError } from '../kernel/api.ts';
import { LoadingPage } from '../kernel/ui/loading-page.tsx';
import { NotFoundPage } from '../kernel/ui/not-found-page.tsx';
import { PageShell } from '../kernel/ui/page-shell.tsx';
import { ProblemAlert } from '../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../kernel/ui/use-page-title.ts';
import { ClosedClass } from './class/closed-class.tsx';
import { EndedClass } from './class/ended-class.tsx';
import { oneClass } from './class/queries.ts';
import { Prejoin } from './class/prejoin.tsx';
import type { DeviceChoice } from '../media/device-check.tsx';
import { RoomScreen } from './room/room-screen.tsx';

/** Where this page is with the class. */
type Phase = { at: 'door' } | { at: 'room'; devices: DeviceChoice } | { at: 'closed'; code: string };

const isMissing = (error: unknown): boolean =>
  error instanceof ApiError && (error.code === 'not_found' || error.code === 'invalid_input');

/** One class from the door to the end of it. */
export function ClassPage() {
  const { sessionId = '' } = useParams();
  return <ClassPhases key={sessionId} sessionId={sessionId} />;
}

function ClassPhases({ sessionId }: { sessionId: string }) {
  const { t } = useTranslation(['live', 'courses']);
  const client = useQueryClient();
  const [phase, setPhase] = useState<Phase>({ at: 'door' });
  const session = useQuery(oneClass(sessionId, phase.at !== 'room'));
  usePageTitle(session.data?.title ?? t('page.title'));

  const leaveRoom = (code: string, last: LiveSessionView | null): void => {
    // What the room knew is newer than what was fetched before it.
    if (last) client.setQueryData(['class', sessionId], last);
    void client.invalidateQueries({ queryKey: ['class', sessionId] });
    void client.invalidateQueries({ queryKey: ['classes'] });
    setPhase(code === 'ended' || code === 'session_not_live' ? { at: 'door' } : { at: 'closed', code });
  };

  if (phase.at === 'room')
    return <RoomScreen sessionId={sessionId} devices={phase.devices} onClosed={leaveRoom} />;
  if (isMissing(session.error)) return <NotFoundPage />;
  if (!session.data) {
    if (!session.isError) return <LoadingPage />;
    return (
      <PageShell>
        <ProblemAlert
          title={t('courses:home.failed')}
          error={session.error}
          onRetry={() => void session.refetch()}
        />
      </PageShell>
    );
  }
  if (phase.at === 'closed' && session.data.status === 'live') {
    return <ClosedClass code={phase.code} onAgain={() => setPhase({ at: 'door' })} />;
  }
  return (
    <PageShell>
      {session.data.status === 'ended' ? (
        <EndedClass session={session.data} />
      ) : (
        <Prejoin session={session.data} onJoin={(devices) => setPhase({ at: 'room', devices })} />
      )}
    </PageShell>
  );
}
