import { Button, Group, Modal, NativeSelect, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { peopleRoutes } from '../../../shared/identity/people.ts';
import type { PersonDetailView } from '../../../shared/identity/people.ts';
import type { Permission } from '../../../shared/identity/permissions.ts';
import { api } from '../../kernel/api.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { useMe } from '../../kernel/use-sign-in.ts';
import { onePerson, peopleKey } from './queries.ts';

const acts = [
  'sendPasswordLink',
  'requirePasswordChange',
  'unlock',
  'signOut',
  'resetSecondFactor',
  'reactivate',
  'restore',
  'suspend',
  'deactivate',
  'remove',
] as const;
type Act = (typeof acts)[number];

/** What asks before it is done. */
const asking = ['signOut', 'resetSecondFactor', 'suspend', 'deactivate', 'remove'] as const;
type AskingAct = (typeof asking)[number];
const asks = (act: Act): act is AskingAct => (asking as readonly Act[]).includes(act);

const permissionOf = (act: Act): Permission => {
  if (act === 'suspend' || act === 'deactivate' || act === 'reactivate') return 'user.suspend';
  return act === 'remove' || act === 'restore' ? 'user.delete' : 'user.update';
};

/** Whether it makes sense for the account as it stands. The server decides anew. */
function fits(act: Act, { status, security, isSelf, email }: PersonDetailView): boolean {
  if (act === 'restore') return status === 'deleted';
  if (status === 'deleted') return false;
  const shut = status === 'suspended' || status === 'inactive';
  switch (act) {
    case 'sendPasswordLink':
      return email !== null && !shut;
    case 'requirePasswordChange':
      return security?.hasPassword === true && !security.mustChangePassword;
    case 'unlock':
      return Boolean(security?.lockedUntil);
    case 'signOut':
      return !isSelf && (security?.sessions ?? 0) > 0;
    case 'resetSecondFactor':
      return !isSelf && security?.twoFactorEnabled === true;
    case 'reactivate':
      return !isSelf && shut;
    case 'suspend':
    case 'deactivate':
      return !isSelf && !shut;
    case 'remove':
      return !isSelf;
  }
}

const texts = {
  suspend: 'act.suspend',
  deactivate: 'act.deactivate',
  reactivate: 'act.reactivate',
  remove: 'act.delete',
  restore: 'act.restore',
  requirePasswordChange: 'act.requirePasswordChange',
  sendPasswordLink: 'act.sendPasswordLink',
  unlock: 'act.unlock',
  signOut: 'act.signOut',
  resetSecondFactor: 'act.resetSecondFactor',
} as const satisfies Record<Act, string>;

const questions = {
  suspend: ['act.suspendTitle', 'act.suspendText'],
  deactivate: ['act.deactivateTitle', 'act.deactivateText'],
  remove: ['act.deleteTitle', 'act.deleteText'],
  signOut: ['act.signOutTitle', 'act.signOutText'],
  resetSecondFactor: ['act.resetSecondFactorTitle', 'act.resetSecondFactorText'],
} as const satisfies Record<AskingAct, readonly [string, string]>;

const red = new Set<Act>(['suspend', 'deactivate', 'remove', 'resetSecondFactor']);
const dayMs = 86_400_000;

interface ActionsProps {
  person: PersonDetailView;
  organizationId: string;
}

/** What can be done to an account as a whole. What cannot be taken back at once asks first. */
export function PersonActions({ person, organizationId }: ActionsProps) {
  const { t } = useTranslation(['people', 'kernel']);
  const { permissions } = useMe();
  const client = useQueryClient();
  const [asked, setAsked] = useState<AskingAct | null>(null);
  const [reason, setReason] = useState('');
  const [days, setDays] = useState('');
  const name = person.displayName;
  const doing = useMutation({
    mutationFn: (act: Act) => {
      const params = { organizationId, userId: person.id };
      if (act !== 'suspend') return api.call(peopleRoutes[act], { params });
      const until = days === '' ? null : new Date(Date.now() + Number(days) * dayMs).toISOString();
      return api.call(peopleRoutes.suspend, { params, body: { reason, until } });
    },
    onSuccess: (changed, act) => {
      client.setQueryData(onePerson(organizationId, person.id).queryKey, changed);
      void client.invalidateQueries({ queryKey: [...peopleKey(organizationId), 'list'] });
      notifications.show({ message: t(`act.done.${act}`, { name }) });
      setAsked(null);
      setReason('');
    },
  });
  const start = (act: Act): void => {
    doing.reset();
    if (asks(act)) setAsked(act);
    else doing.mutate(act);
  };
  const offered =
    person.handsOff === null
      ? acts.filter((act) => permissions.includes(permissionOf(act)) && fits(act, person))
      : [];
  return (
    <>
      {doing.isError && asked === null && <ProblemAlert title={t('act.failed')} error={doing.error} />}
      <Group gap="xs" mt="md">
        {offered.map((act) => (
          <Button
            key={act}
            size="xs"
            variant={red.has(act) ? 'light' : 'default'}
            color={red.has(act) ? 'red' : undefined}
            loading={doing.isPending && doing.variables === act}
            onClick={() => start(act)}
            data-testid={`act-${act}`}
          >
            {t(texts[act])}
          </Button>
        ))}
      </Group>
      <Modal
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={asked && t(questions[asked][0], { name })}
        closeButtonProps={{ 'aria-label': t('kernel:close') }}
      >
        {asked && (
          <Stack>
            <Text>{t(questions[asked][1], { name })}</Text>
            {asked === 'suspend' && (
              <>
                <Textarea
                  label={t('act.suspendReason')}
                  value={reason}
                  maxLength={500}
                  required
                  autosize
                  minRows={2}
                  onChange={(event) => setReason(event.currentTarget.value.replaceAll('\n', ' '))}
                  data-testid="suspend-reason"
                />
                <NativeSelect
                  label={t('act.suspendDays')}
                  value={days}
                  onChange={(event) => setDays(event.currentTarget.value)}
                  data={[
                    { value: '', label: t('act.untilFurther') },
                    ...[1, 7, 30, 90].map((count) => ({
                      value: String(count),
                      label: t('act.days', { count }),
                    })),
                  ]}
                />
              </>
            )}
            {doing.isError && <ProblemAlert title={t('act.failed')} error={doing.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setAsked(null)}>
                {t('kernel:cancel')}
              </Button>
              <Button
                color="red.8"
                loading={doing.isPending}
                disabled={asked === 'suspend' && reason.trim() === ''}
                onClick={() => doing.mutate(asked)}
                data-testid="act-confirm"
              >
                {t(texts[asked])}
              </Button>
            </Group>
          </Stack>
        )}
      </Modal>
    </>
  );
}
