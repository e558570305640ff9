import { Button } from '@mantine/core';
import type { ButtonProps } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconUserPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { GuestsDialog } from './guests-dialog.tsx';

/** Opens the guests of a class, for those who may ask people in. */
export function GuestsButton({
  sessionId,
  ...button
}: { sessionId: string } & Pick<ButtonProps, 'size' | 'fullWidth' | 'mb'>) {
  const { t } = useTranslation('live');
  const [opened, dialog] = useDisclosure(false);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconUserPlus size={18} aria-hidden />}
        onClick={dialog.open}
        data-testid="guests-open"
        {...button}
      >
        {t('guests.open')}
      </Button>
      <GuestsDialog sessionId={sessionId} opened={opened} onClose={dialog.close} />
    </>
  );
}
