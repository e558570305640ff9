import { Button, Group, Modal, Radio, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { accessRoutes } from '../../../shared/identity/access.ts';
import type { Permission } from '../../../shared/identity/permissions.ts';
import { api } from '../../kernel/api.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { ExpiryField } from './expiry-field.tsx';
import { endOf, forGood } from './expiry.ts';
import { isPast, useGivingProblem } from './giving-problem.ts';
import { PermissionField } from './permission-field.tsx';
import type { PersonAccessProps } from './person-access-page.tsx';
import { PlaceField } from './place-field.tsx';
import { contextOf, everywhere, isChosen } from './place.ts';
import { useAccessRefresh } from './queries.ts';

interface GrantDialogProps extends PersonAccessProps {
  opened: boolean;
  onClose: () => void;
}

/** Asks which permission, whether it is allowed or denied, where and how long. */
export function GrantDialog(props: GrantDialogProps) {
  const { t } = useTranslation(['access', 'kernel']);
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={t('grant.title', { name: props.person.displayName })}
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
    >
      <GrantForm {...props} />
    </Modal>
  );
}

/** Its own component: what was chosen lives as long as the dialog is open. */
function GrantForm({ organizationId, person, onClose }: GrantDialogProps) {
  const { t } = useTranslation(['access', 'kernel']);
  const refresh = useAccessRefresh(organizationId);
  const [permission, setPermission] = useState<Permission | null>(null);
  const [granted, setGranted] = useState(true);
  const [place, setPlace] = useState(everywhere);
  const [expiry, setExpiry] = useState(forGood);
  const [checked, setChecked] = useState(false);
  const expiresAt = endOf(expiry);
  const name = person.displayName;
  const giving = useMutation({
    mutationFn: (chosen: Permission) =>
      api.call(accessRoutes.grant, {
        params: { organizationId },
        body: {
          userId: person.id,
          permission: chosen,
          granted,
          context: contextOf(place),
          expiresAt: expiresAt ?? null,
        },
      }),
    onSuccess: async (made) => {
      notifications.show({ message: t(made.granted ? 'grant.allowed' : 'grant.denied', { name }) });
      onClose();
      await refresh();
    },
  });
  const problem = useGivingProblem({
    error: giving.error,
    place,
    expiresAt,
    checked,
    field: 'permission',
    texts: { already: t('grant.already'), tooHigh: t('grant.tooHigh') },
  });
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (permission && isChosen(place) && expiresAt !== undefined && !isPast(expiresAt))
      giving.mutate(permission);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {giving.isError && (
          <ProblemAlert title={t('grant.failed')} error={giving.error} text={problem.text} />
        )}
        <PermissionField
          permission={permission}
          onChange={setPermission}
          error={problem.fields['permission'] ?? (checked && !permission ? t('missing') : undefined)}
        />
        <Radio.Group
          label={t('grant.kind')}
          value={granted ? 'allow' : 'deny'}
          onChange={(value) => setGranted(value === 'allow')}
        >
          <Stack gap="xs" mt={6}>
            <Radio
              value="allow"
              label={t('grant.allow')}
              description={t('grant.allowHint')}
              data-testid="grant-allow"
            />
            <Radio
              value="deny"
              label={t('grant.deny')}
              description={t('grant.denyHint')}
              data-testid="grant-deny"
            />
          </Stack>
        </Radio.Group>
        <PlaceField
          organizationId={organizationId}
          place={place}
          onChange={setPlace}
          error={problem.fields['context']}
        />
        <ExpiryField expiry={expiry} onChange={setExpiry} error={problem.fields['expiresAt']} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('kernel:cancel')}
          </Button>
          <Button
            type="submit"
            color={granted ? undefined : 'red'}
            loading={giving.isPending}
            data-testid="grant-submit"
          >
            {t(granted ? 'grant.submitAllow' : 'grant.submitDeny')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
