import { Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { useMe } from '../../kernel/use-sign-in.ts';
import { ChildSide } from './child-side.tsx';
import { GuardianSide } from './guardian-side.tsx';

/** `/account/family`: a student's guardians, or a guardian's children. */
export function FamilyPage() {
  const { t } = useTranslation('guardians');
  const { role } = useMe();
  const isChild = role === 'student';
  usePageTitle(t('title'));
  return (
    <Stack gap="lg" maw={720}>
      <div>
        <Title order={2}>{t('title')}</Title>
        <Text c="dimmed">{isChild ? t('leadChild') : t('leadGuardian')}</Text>
      </div>
      {isChild ? <ChildSide /> : <GuardianSide />}
    </Stack>
  );
}
