import { ActionIcon, Badge, Button, Group, Paper, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconFingerprint, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { passkeyRoutes } from '../../../shared/identity/passkeys.ts';
import type { PasskeyView } from '../../../shared/identity/passkeys.ts';
import { api } from '../../kernel/api.ts';
import { formatDay, formatMoment } from '../../kernel/i18n/format.ts';
import { MethodRow } from './method-row.tsx';
import { NameDialog } from './name-dialog.tsx';
import { deviceKind, passkeyObstacle } from './passkey-support.ts';
import { addPasskey, useMethodMutation } from './queries.ts';
import { RemoveDialog } from './remove-dialog.tsx';
import classes from './sign-in-methods.module.css';
import { useProblemText } from './use-problem-text.ts';

/** One's passkeys, and a button for a new one. */
export function PasskeysSection({ passkeys }: { passkeys: PasskeyView[] }) {
  const { t } = useTranslation('signInMethods');
  const obstacle = passkeyObstacle();
  return (
    <Paper component="section" withBorder p="lg" radius="md" aria-labelledby="passkeys-title">
      <Group justify="space-between" mb="xs">
        <Title order={3} size="h4" id="passkeys-title">
          {t('passkeys.title')}
        </Title>
        {!obstacle && <AddPasskey />}
      </Group>
      <Text c="dimmed" size="sm" mb="sm">
        {t('passkeys.lead')}
      </Text>
      {obstacle && (
        <Text size="sm" mb="sm">
          {t(`passkeys.unsupported.${obstacle}`)}
        </Text>
      )}
      {passkeys.length === 0 ? (
        <Text data-testid="passkeys-empty">{t('passkeys.empty')}</Text>
      ) : (
        <ul className={classes.list}>
          {passkeys.map((passkey) => (
            <PasskeyRow key={passkey.id} passkey={passkey} />
          ))}
        </ul>
      )}
    </Paper>
  );
}

function AddPasskey() {
  const { t } = useTranslation('signInMethods');
  const [opened, dialog] = useDisclosure(false);
  const adding = useMethodMutation(addPasskey);
  const close = (): void => {
    adding.reset();
    dialog.close();
  };
  const submit = (name: string): void => {
    adding.mutate(name, {
      onSuccess: () => {
        notifications.show({ message: t('addDialog.done', { name }) });
        close();
      },
    });
  };
  const problemText = useProblemText();
  return (
    <>
      <Button
        size="sm"
        leftSection={<IconPlus size={18} aria-hidden />}
        onClick={dialog.open}
        data-testid="passkey-add"
      >
        {t('passkeys.add')}
      </Button>
      <NameDialog
        opened={opened}
        onClose={close}
        title={t('addDialog.title')}
        text={t('addDialog.text')}
        label={t('addDialog.name')}
        submit={t('addDialog.submit')}
        initial={t(`device.${deviceKind(navigator.userAgent)}`)}
        pending={adding.isPending}
        problem={
          adding.isError
            ? {
                title: t('addDialog.failed'),
                error: adding.error,
                text: problemText(adding.error),
              }
            : null
        }
        onSubmit={submit}
      />
    </>
  );
}

function PasskeyRow({ passkey }: { passkey: PasskeyView }) {
  const { t } = useTranslation('signInMethods');
  const [renaming, renameDialog] = useDisclosure(false);
  const [removing, removeDialog] = useDisclosure(false);
  const { id, name, backedUp, createdAt, lastUsedAt } = passkey;
  const used = lastUsedAt ? t('passkeys.used', { moment: formatMoment(lastUsedAt) }) : t('passkeys.unused');
  return (
    <>
      <MethodRow
        testId="passkey-row"
        icon={<IconFingerprint size={24} aria-hidden />}
        title={name}
        detail={
          <>
            {t('passkeys.created', { day: formatDay(createdAt) })} · {used}{' '}
            {backedUp && (
              <Badge variant="light" tt="none" component="span">
                {t('passkeys.synced')}
              </Badge>
            )}
          </>
        }
        actions={
          <>
            <ActionIcon
              variant="subtle"
              size="lg"
              aria-label={t('passkeys.rename', { name })}
              onClick={renameDialog.open}
              data-testid="passkey-rename"
            >
              <IconPencil size={20} aria-hidden />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="red"
              size="lg"
              aria-label={t('passkeys.remove', { name })}
              onClick={removeDialog.open}
              data-testid="passkey-remove"
            >
              <IconTrash size={20} aria-hidden />
            </ActionIcon>
          </>
        }
      />
      <RenameDialog passkey={passkey} opened={renaming} onClose={renameDialog.close} />
      <RemoveDialog
        name={name}
        kind="passkey"
        opened={removing}
        onClose={removeDialog.close}
        remove={() => api.call(passkeyRoutes.remove, { params: { passkeyId: id } })}
      />
    </>
  );
}

interface RenameDialogProps {
  passkey: PasskeyView;
  opened: boolean;
  onClose: () => void;
}

function RenameDialog({ passkey, opened, onClose }: RenameDialogProps) {
  const { t } = useTranslation('signInMethods');
  const renaming = useMethodMutation((name: string) =>
    api.call(passkeyRoutes.rename, { params: { passkeyId: passkey.id }, body: { name } }),
  );
  const submit = (name: string): void => {
    renaming.mutate(name, {
      onSuccess: () => {
        notifications.show({ message: t('renameDialog.done', { name }) });
        onClose();
      },
    });
  };
  return (
    <NameDialog
      opened={opened}
      onClose={onClose}
      title={t('renameDialog.title')}
      label={t('renameDialog.name')}
      submit={t('renameDialog.submit')}
      initial={passkey.name}
      pending={renaming.isPending}
      problem={
        renaming.isError ? { title: t('renameDialog.failed'), error: renaming.error, text: null } : null
      }
      onSubmit={submit}
    />
  );
}
