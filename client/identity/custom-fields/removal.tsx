import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { customFieldRoutes } from '../../../shared/identity/custom-field-routes.ts';
import type { FieldDefinitionView } from '../../../shared/identity/custom-field-routes.ts';
import { ApiError, api } from '../../kernel/api.ts';
import { useErrorText } from '../../kernel/i18n/use-error-text.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import { ConfirmDialog } from '../../kernel/ui/confirm-dialog.tsx';
import { fieldsIn } from './queries.ts';

/** Brings a removed field back; says so, or why not. */
export function useRestore(organizationId: string) {
  const { t } = useTranslation('customFields');
  const client = useQueryClient();
  const errorText = useErrorText();
  return useMutation({
    mutationFn: ({ id: fieldId }: FieldDefinitionView) =>
      api.call(customFieldRoutes.restore, { params: { organizationId, fieldId } }),
    onSuccess: ({ label }) => {
      const message = t('removal.restored', { label });
      notifications.show({ message });
      announce(message);
      return client.invalidateQueries({ queryKey: fieldsIn(organizationId).queryKey });
    },
    onError: (error, { label, key }) => {
      const isTaken = error instanceof ApiError && error.code === 'already_exists';
      const message = isTaken ? t('removal.keyTaken', { key }) : errorText(error);
      notifications.show({ color: 'red', title: t('removal.restoreFailed', { label }), message });
      announce(message);
    },
  });
}

interface RemoveDialogProps {
  organizationId: string;
  field: FieldDefinitionView;
  opened: boolean;
  onClose: () => void;
}

/** Asks before a field is removed, and offers to take it back afterwards. */
export function RemoveDialog({ organizationId, field, opened, onClose }: RemoveDialogProps) {
  const { t } = useTranslation('customFields');
  const client = useQueryClient();
  const restoring = useRestore(organizationId);
  const { id: fieldId, label } = field;
  const offerBack = (): void => {
    const id = `removed-${fieldId}`;
    const undo = (): void => {
      notifications.hide(id);
      restoring.mutate(field);
    };
    notifications.show({ id, autoClose: 15_000, message: removedMessage(label, undo) });
    announce(t('removal.done', { label }));
    void client.invalidateQueries({ queryKey: fieldsIn(organizationId).queryKey });
  };
  return (
    <ConfirmDialog
      title={t('removal.title', { label })}
      text={t('removal.text')}
      submit={t('removal.submit')}
      failed={t('removal.failed')}
      opened={opened}
      onClose={onClose}
      act={() => api.call(customFieldRoutes.remove, { params: { organizationId, fieldId } })}
      onDone={offerBack}
    />
  );
}

const removedMessage = (label: string, onUndo: () => void) => <Removed label={label} onUndo={onUndo} />;

function Removed({ label, onUndo }: { label: string; onUndo: () => void }) {
  const { t } = useTranslation('customFields');
  return (
    <Group justify="space-between" wrap="nowrap">
      <span>{t('removal.done', { label })}</span>
      <Button size="compact-sm" variant="default" onClick={onUndo} data-testid="field-undo">
        {t('removal.undo')}
      </Button>
    </Group>
  );
}
