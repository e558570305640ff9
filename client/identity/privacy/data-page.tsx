import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { privacyRoutes } from '../../../shared/identity/privacy.ts';
import { api } from '../../kernel/api.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { AvatarSection } from './avatar-section.tsx';
import { EndDialog } from './end-dialog.tsx';
import { Section } from './section.tsx';

/** Hands a JSON value to the browser as a file. */
function saveAs(name: string, value: unknown): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(value, null, 2)], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}

function ExportSection() {
  const { t } = useTranslation('privacy');
  const download = useMutation({
    mutationFn: () => api.call(privacyRoutes.exportMine),
    onSuccess: (data) => saveAs(`lectern-${data.exportedAt.slice(0, 10)}.json`, data),
  });
  return (
    <Section title={t('export.title')}>
      <Text c="dimmed">{t('export.text')}</Text>
      {download.isError && <ProblemAlert title={t('export.failed')} error={download.error} />}
      <Group>
        <Button
          variant="default"
          loading={download.isPending}
          onClick={() => download.mutate()}
          data-testid="export"
        >
          {t('export.download')}
        </Button>
        <Text role="status" size="sm">
          {download.isSuccess ? t('export.done') : ''}
        </Text>
      </Group>
    </Section>
  );
}

/** Picture, a copy of everything, and the two ways to end an account. */
export function DataPage() {
  const { t } = useTranslation('privacy');
  const [ending, setEnding] = useState<'deactivate' | 'erase' | null>(null);
  usePageTitle(t('title'));
  return (
    <Stack gap="lg" maw={720}>
      <div>
        <Title order={2}>{t('title')}</Title>
        <Text c="dimmed">{t('lead')}</Text>
      </div>
      <AvatarSection />
      <ExportSection />
      {(['deactivate', 'erase'] as const).map((kind) => (
        <Section key={kind} title={t(`${kind}.title`)}>
          <Text c="dimmed">{t(`${kind}.text`)}</Text>
          <Group>
            <Button variant="outline" color="red" onClick={() => setEnding(kind)} data-testid={kind}>
              {t(`${kind}.action`)}
            </Button>
          </Group>
          {ending === kind && <EndDialog kind={kind} opened onClose={() => setEnding(null)} />}
        </Section>
      ))}
    </Stack>
  );
}
