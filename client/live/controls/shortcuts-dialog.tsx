import { Kbd, Modal, Stack, Switch, Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useRoomUi } from '../room/room-ui.ts';

const rows = [
  ['M', 'microphone'],
  ['V', 'camera'],
  ['R', 'hand'],
  ['C', 'chat'],
  ['P', 'people'],
  ['N', 'notes'],
  ['space', 'talk'],
  ['?', 'help'],
] as const;

export function ShortcutsDialog() {
  const { t } = useTranslation(['live', 'kernel']);
  const { dialog, closeDialog, shortcuts, setShortcuts } = useRoomUi();
  return (
    <Modal
      opened={dialog === 'shortcuts'}
      onClose={closeDialog}
      title={t('shortcuts.title')}
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
      data-testid="shortcuts-dialog"
    >
      <Stack>
        <Switch
          label={t('shortcuts.enabled')}
          description={t('shortcuts.enabledHint')}
          checked={shortcuts}
          onChange={(event) => setShortcuts(event.currentTarget.checked)}
          data-testid="shortcuts-switch"
        />
        <Table>
          <Table.Tbody>
            {rows.map(([key, action]) => (
              <Table.Tr key={key}>
                <Table.Th scope="row" w={90}>
                  <Kbd>{key === 'space' ? t('shortcuts.space') : key}</Kbd>
                </Table.Th>
                <Table.Td>{t(`shortcuts.${action}`)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Stack>
    </Modal>
  );
}
