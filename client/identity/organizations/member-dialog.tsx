import { Button, Group, Modal, NativeSelect, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { membershipRole } from '../../../shared/identity/contract.ts';
import type { MembershipRole } from '../../../shared/identity/contract.ts';
import { membershipRoutes, membershipStatus } from '../../../shared/identity/organizations.ts';
import type { MemberView, MembershipStatus } from '../../../shared/identity/organizations.ts';
import { api } from '../../kernel/api.ts';
import { refreshMe } from '../../kernel/switch-organization.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { useMe } from '../../kernel/use-sign-in.ts';
import { fieldErrors } from './field-errors.ts';
import { membersKey } from './queries.ts';

interface MemberDialogProps {
  organizationId: string;
  member: MemberView;
  opened: boolean;
  onClose: () => void;
}

/** What somebody is in the organization. */
export function MemberDialog(props: MemberDialogProps) {
  const { t } = useTranslation(['organizations', 'kernel']);
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={t('members.change', { name: props.member.displayName })}
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
    >
      <MemberForm {...props} />
    </Modal>
  );
}

/** Its own component: what was chosen lives as long as the dialog is open. */
function MemberForm({ organizationId, member, onClose }: MemberDialogProps) {
  const { t } = useTranslation('organizations');
  const me = useMe();
  const client = useQueryClient();
  const [role, setRole] = useState<MembershipRole>(member.role);
  const [title, setTitle] = useState(member.title ?? '');
  const [status, setStatus] = useState<MembershipStatus>(
    member.status === 'left' ? 'inactive' : member.status,
  );
  const isSelf = member.userId === me.id;
  const saving = useMutation({
    mutationFn: () =>
      api.call(membershipRoutes.update, {
        params: { organizationId, membershipId: member.membershipId },
        body: { role, title: title.trim() || null, ...(isSelf ? {} : { status }) },
      }),
    onSuccess: async () => {
      notifications.show({ message: t('members.changed', { name: member.displayName }) });
      onClose();
      await client.invalidateQueries({ queryKey: membersKey(organizationId) });
      if (isSelf) await refreshMe();
    },
  });
  const refused = fieldErrors(saving.error, '');
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {saving.isError && <ProblemAlert title={t('members.changeFailed')} error={saving.error} />}
        <NativeSelect
          label={t('members.role')}
          description={t(`membershipHint.${role}`)}
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as MembershipRole)}
          data={membershipRole.options.map((value) => ({ value, label: t(`membership.${value}`) }))}
          data-autofocus
          data-testid="member-role"
        />
        <TextInput
          label={t('members.titleField')}
          description={t('members.titleHint')}
          value={title}
          maxLength={100}
          error={refused['title']}
          onChange={(event) => setTitle(event.currentTarget.value)}
          data-testid="member-title"
        />
        {!isSelf && (
          <NativeSelect
            label={t('members.status')}
            value={status}
            onChange={(event) => setStatus(event.currentTarget.value as MembershipStatus)}
            data={membershipStatus.options.map((value) => ({ value, label: t(`standing.${value}`) }))}
            data-testid="member-status"
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('keep')}
          </Button>
          <Button type="submit" loading={saving.isPending} data-testid="member-save">
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
