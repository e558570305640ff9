import { Button, Group, Modal, NativeSelect, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { accessRoutes } from '../../../shared/identity/access.ts';
import type { RoleView } from '../../../shared/identity/access.ts';
import { api } from '../../kernel/api.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { Loaded } from '../organizations/loaded.tsx';
import { ExpiryField } from './expiry-field.tsx';
import { endOf, forGood } from './expiry.ts';
import { isPast, useGivingProblem } from './giving-problem.ts';
import type { PersonAccessProps } from './person-access-page.tsx';
import { PlaceField } from './place-field.tsx';
import { contextOf, everywhere, isChosen } from './place.ts';
import { rolesIn, useAccessRefresh } from './queries.ts';
import { chainLevel } from './role-tree.ts';
import { rolesById, useOwnLevel } from './use-roles.ts';

interface GiveRoleDialogProps extends PersonAccessProps {
  opened: boolean;
  onClose: () => void;
}

/** Asks which role, where and how long. */
export function GiveRoleDialog(props: GiveRoleDialogProps) {
  const { t } = useTranslation(['access', 'kernel']);
  const query = useQuery(rolesIn(props.organizationId));
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={t('give.roleTitle', { name: props.person.displayName })}
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
    >
      <Loaded query={query}>{({ items }) => <GiveRoleForm {...props} roles={items} />}</Loaded>
    </Modal>
  );
}

/** Its own component: what was chosen lives as long as the dialog is open. */
function GiveRoleForm({
  organizationId,
  person,
  roles,
  onClose,
}: GiveRoleDialogProps & { roles: readonly RoleView[] }) {
  const { t } = useTranslation(['access', 'kernel']);
  const refresh = useAccessRefresh(organizationId);
  const ownLevel = useOwnLevel(organizationId);
  const byId = rolesById(roles);
  const [roleId, setRoleId] = useState('');
  const [place, setPlace] = useState(everywhere);
  const [expiry, setExpiry] = useState(forGood);
  const [checked, setChecked] = useState(false);
  const expiresAt = endOf(expiry);
  const name = person.displayName;
  const role = byId.get(roleId);
  const needsPlace = role?.type === 'course' && place.type === 'organization';
  const giving = useMutation({
    mutationFn: () =>
      api.call(accessRoutes.assign, {
        params: { organizationId },
        body: { userId: person.id, roleId, context: contextOf(place), expiresAt: expiresAt ?? null },
      }),
    onSuccess: async ({ role: given }) => {
      notifications.show({ message: t('give.given', { name, role: given.name }) });
      onClose();
      await refresh();
    },
  });
  const problem = useGivingProblem({
    error: giving.error,
    place,
    expiresAt,
    checked,
    field: 'roleId',
    texts: { already: t('give.already', { name }), tooHigh: t('give.tooHigh') },
  });
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (role && isChosen(place) && !needsPlace && expiresAt !== undefined && !isPast(expiresAt))
      giving.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {giving.isError && <ProblemAlert title={t('give.failed')} error={giving.error} text={problem.text} />}
        <NativeSelect
          label={t('give.field')}
          value={roleId}
          error={problem.fields['roleId'] ?? (checked && !role ? t('missing') : undefined)}
          onChange={(event) => setRoleId(event.currentTarget.value)}
          data={[
            { value: '', label: t('give.choose') },
            ...roles.map((one) => {
              const above = ownLevel !== null && chainLevel(one, byId) > ownLevel;
              return {
                value: one.id,
                label: above ? t('give.above', { name: one.name }) : one.name,
                disabled: above,
              };
            }),
          ]}
          data-autofocus
          data-testid="give-role-select"
        />
        <PlaceField
          organizationId={organizationId}
          place={place}
          onChange={setPlace}
          error={problem.fields['context'] ?? (checked && needsPlace ? t('give.needsPlace') : undefined)}
        />
        <ExpiryField expiry={expiry} onChange={setExpiry} error={problem.fields['expiresAt']} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('kernel:cancel')}
          </Button>
          <Button type="submit" loading={giving.isPending} data-testid="give-role-submit">
            {t('give.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
