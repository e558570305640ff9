import { Badge, Button, Group, Modal, Paper, Stack, Text, Textarea, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { reasonLength } from '../../shared/courses/catalogue.ts';
import type { EnrollmentRequest } from '../../shared/courses/catalogue.ts';
import { formatMoment, formatNumber } from '../kernel/i18n/format.ts';
import { announce } from '../kernel/ui/announcer.tsx';
import { PagedList } from '../kernel/ui/paged-list.tsx';
import { PersonLink } from '../kernel/ui/person-link.tsx';
import { ProblemAlert } from '../kernel/ui/problem-alert.tsx';
import classes from './courses.module.css';
import { requestList, useAnswer } from './offer-queries.ts';

/** Who asks for a place in a course, for those who decide about it. */
export function RequestsSection({ courseId }: { courseId: string }) {
  const { t } = useTranslation('courses');
  const list = useInfiniteQuery(requestList(courseId));
  const total = list.data?.pages.at(-1)?.total ?? 0;
  // With its row the focus would go too.
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <Stack component="section" gap="sm" aria-labelledby="requests" data-testid="requests">
      <div>
        <Group gap="xs">
          <Title order={2} id="requests" ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
            {t('requests.title')}
          </Title>
          {total > 0 && <Badge data-testid="requests-count">{formatNumber(total)}</Badge>}
        </Group>
        <Text c="dimmed">{t('requests.lead')}</Text>
      </div>
      <PagedList
        query={list}
        failed={t('requests.failed')}
        empty={<Text data-testid="requests-empty">{t('requests.empty')}</Text>}
      >
        {(items) => (
          <Paper component="ul" className={classes.list}>
            {items.map((request) => (
              <RequestRow
                key={request.id}
                courseId={courseId}
                request={request}
                onAnswered={() => heading.current?.focus()}
              />
            ))}
          </Paper>
        )}
      </PagedList>
    </Stack>
  );
}

interface RequestRowProps {
  courseId: string;
  request: EnrollmentRequest;
  onAnswered: () => void;
}

function RequestRow({ courseId, request: { user, askedAt }, onAnswered }: RequestRowProps) {
  const { t } = useTranslation('courses');
  const [rejecting, rejectDialog] = useDisclosure(false);
  const name = user.displayName;
  const answered = (text: string): void => {
    notifications.show({ message: text });
    announce(text);
    onAnswered();
  };
  const approving = useAnswer(courseId, user.id, () => answered(t('requests.approved', { name })));
  return (
    <li className={classes.request} data-testid="request-row">
      <div>
        <Text fw={600}>
          <PersonLink userId={user.id} name={name} plain />
        </Text>
        <Text size="sm" c="dimmed">
          {t('requests.asked', { moment: formatMoment(askedAt) })}
        </Text>
      </div>
      <Group gap="xs">
        <Button
          size="xs"
          loading={approving.isPending}
          onClick={() => approving.mutate({ approve: true })}
          aria-label={t('requests.approveNamed', { name })}
          data-testid="request-approve"
        >
          {t('requests.approve')}
        </Button>
        <Button
          size="xs"
          variant="default"
          onClick={rejectDialog.open}
          aria-label={t('requests.rejectNamed', { name })}
          data-testid="request-reject"
        >
          {t('requests.reject')}
        </Button>
      </Group>
      {approving.isError && (
        <div className={classes.problem}>
          <ProblemAlert title={t('requests.actionFailed')} error={approving.error} />
        </div>
      )}
      <RejectDialog
        courseId={courseId}
        user={user}
        opened={rejecting}
        onClose={rejectDialog.close}
        onRejected={() => answered(t('requests.rejected', { name }))}
      />
    </li>
  );
}

interface RejectDialogProps {
  courseId: string;
  user: EnrollmentRequest['user'];
  opened: boolean;
  onClose: () => void;
  onRejected: () => void;
}

function RejectDialog({ courseId, user, opened, onClose, onRejected }: RejectDialogProps) {
  const { t } = useTranslation(['courses', 'kernel']);
  // Stays when the dialog is closed and opened again.
  const [reason, setReason] = useState('');
  const rejecting = useAnswer(courseId, user.id, () => {
    onClose();
    onRejected();
  });
  const submit = (): void => rejecting.mutate({ approve: false, reason });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('requests.rejectTitle')}
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
    >
      <Stack>
        <Text>{t('requests.rejectText', { name: user.displayName })}</Text>
        {rejecting.isError && <ProblemAlert title={t('requests.actionFailed')} error={rejecting.error} />}
        <Textarea
          label={t('requests.reason')}
          autosize
          minRows={2}
          maxLength={reasonLength}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus
          data-testid="reject-reason"
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('requests.keep')}
          </Button>
          <Button color="red.8" onClick={submit} loading={rejecting.isPending} data-testid="reject-confirm">
            {t('requests.reject')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
