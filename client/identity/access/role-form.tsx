import {
  Button,
  Group,
  NativeSelect,
  NumberInput,
  Paper,
  Stack,
  TextInput,
  Textarea,
  Title,
} from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { NewRoleInput, RoleView } from '../../../shared/identity/access.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import classes from './access.module.css';
import { highestLevel, parseDraft, slugFrom } from './role-draft.ts';
import type { RoleDraft } from './role-draft.ts';
import { useRoleProblem } from './role-problem.ts';
import { RoleRules } from './role-rules.tsx';
import { chainLevel, comesFrom, inheritedFrom } from './role-tree.ts';
import { rolesById, useOwnLevel } from './use-roles.ts';

interface RoleFormProps {
  organizationId: string;
  roles: readonly RoleView[];
  /** The role that is changed; null: a new one. */
  role: RoleView | null;
  initial: RoleDraft;
  save: (input: NewRoleInput) => Promise<RoleView>;
  onSaved: (role: RoleView) => void;
}

/** A role of the organization's own. What was typed stays after an error. */
export function RoleForm({ organizationId, roles, role, initial, save, onSaved }: RoleFormProps) {
  const { t } = useTranslation(['access', 'kernel']);
  const ownLevel = useOwnLevel(organizationId);
  const byId = rolesById(roles);
  const [draft, setDraft] = useState(initial);
  const [checked, setChecked] = useState(false);
  const change = (part: Partial<RoleDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const saving = useMutation({ mutationFn: save, onSuccess: onSaved });
  const { fields, text } = useRoleProblem({
    draft,
    checked,
    error: saving.error,
    sent: saving.variables,
    ownLevel,
    byId,
  });
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    const parsed = parseDraft(draft);
    if ('input' in parsed) saving.mutate(parsed.input);
  };
  const highest = highestLevel(ownLevel);
  // A role cannot come from itself, nor from one that comes from it.
  const parents = roles.filter((one) => role === null || !comesFrom(one, role.id, byId));
  const inherited = inheritedFrom(byId.get(draft.parentRoleId));
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg">
        {saving.isError && (
          <ProblemAlert
            title={t(role ? 'form.saveFailed' : 'form.createFailed')}
            error={saving.error}
            text={text}
          />
        )}
        <Paper component="section" withBorder p="lg" radius="md" aria-labelledby="role-about">
          <Stack>
            <Title order={3} size="h4" id="role-about">
              {t('form.about')}
            </Title>
            <div className={classes.fields}>
              <TextInput
                label={t('form.name')}
                value={draft.name}
                maxLength={100}
                autoComplete="off"
                error={fields['name']}
                onChange={(event) => change({ name: event.currentTarget.value })}
                data-testid="role-name"
              />
              <TextInput
                label={t('form.slug')}
                description={t('form.slugHint')}
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                value={draft.slug ?? slugFrom(draft.name)}
                maxLength={100}
                autoCapitalize="none"
                spellCheck={false}
                readOnly={role !== null}
                variant={role === null ? 'default' : 'filled'}
                error={fields['slug']}
                onChange={(event) => change({ slug: event.currentTarget.value })}
                data-testid="role-slug"
              />
            </div>
            <Textarea
              label={t('form.description')}
              value={draft.description}
              maxLength={500}
              autosize
              minRows={2}
              error={fields['description']}
              onChange={(event) => change({ description: event.currentTarget.value })}
              data-testid="role-description"
            />
            <div className={classes.fields}>
              <NumberInput
                label={t('form.level')}
                description={t(
                  ownLevel === null || ownLevel > highest ? 'form.levelHint' : 'form.levelHintOwn',
                  {
                    highest,
                  },
                )}
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                value={draft.level}
                min={0}
                max={99}
                clampBehavior="none"
                allowDecimal={false}
                error={fields['level']}
                onChange={(level) => change({ level })}
                data-testid="role-level"
              />
              <NativeSelect
                label={t('form.parent')}
                description={t('form.parentHint')}
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                value={draft.parentRoleId}
                error={fields['parentRoleId']}
                onChange={(event) => change({ parentRoleId: event.currentTarget.value })}
                data={[
                  { value: '', label: t('form.noParent') },
                  ...parents.map((one) => {
                    const above = ownLevel !== null && chainLevel(one, byId) > ownLevel;
                    return {
                      value: one.id,
                      label: above ? t('give.above', { name: one.name }) : one.name,
                      disabled: above && one.id !== draft.parentRoleId,
                    };
                  }),
                ]}
                data-testid="role-parent"
              />
            </div>
          </Stack>
        </Paper>
        <RoleRules
          rules={draft.rules}
          inherited={inherited}
          nameOf={(slug) => roles.find((one) => one.slug === slug)?.name ?? slug}
          error={fields['permissions']}
          onChange={(rules) => change({ rules })}
        />
        <Group justify="flex-end">
          <Button component={Link} to="/admin/roles" variant="default">
            {t('kernel:cancel')}
          </Button>
          <Button type="submit" loading={saving.isPending} data-testid="role-save">
            {t(role ? 'form.save' : 'form.create')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
