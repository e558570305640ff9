import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { LiveSessionView } from '../../shared/live/contract.ts';
import { useErrorText } from '../kernel/i18n/use-error-text.ts';
import { CancelDialog } from './cancel-dialog.tsx';
import { useStart } from './queries.ts';

/** What the viewer may do with a class right now. */
export function ClassActions({ session }: { session: LiveSessionView }) {
  const { t } = useTranslation('courses');
  const { title, status, canHost } = session;
  const to = `/classes/${session.id}`;
  if (status === 'cancelled') return null;
  if (status === 'live') {
    return (
      <Button component={Link} to={to} aria-label={t('row.joinNamed', { title })} data-testid="class-join">
        {t('row.join')}
      </Button>
    );
  }
  return (
    <>
      {status === 'scheduled' && canHost && <HostActions session={session} />}
      <Button
        component={Link}
        to={to}
        variant="default"
        aria-label={t('row.openNamed', { title })}
        data-testid="class-open"
      >
        {t('row.open')}
      </Button>
    </>
  );
}

function HostActions({ session }: { session: LiveSessionView }) {
  const { t } = useTranslation('courses');
  const navigate = useNavigate();
  const errorText = useErrorText();
  const start = useStart();
  const [asking, dialog] = useDisclosure(false);
  const { id, title } = session;
  const begin = (): void => {
    start.mutate(id, {
      onSuccess: () => void navigate(`/classes/${id}`),
      onError: (error) => notifications.show({ color: 'red', message: errorText(error) }),
    });
  };
  return (
    <>
      <Button
        variant="subtle"
        color="red"
        onClick={dialog.open}
        aria-label={t('row.cancelNamed', { title })}
        data-testid="class-cancel"
      >
        {t('row.cancel')}
      </Button>
      <Button
        onClick={begin}
        loading={start.isPending}
        aria-label={t('row.startNamed', { title })}
        data-testid="class-start"
      >
        {t('row.start')}
      </Button>
      <CancelDialog session={session} opened={asking} onClose={dialog.close} />
    </>
  );
}
