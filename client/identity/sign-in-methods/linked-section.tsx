import { ActionIcon, Button, Group, Paper, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { oidcRoutes } from '../../../shared/identity/oidc.ts';
import type { OidcProviderView } from '../../../shared/identity/oidc.ts';
import { signInMethodRoutes } from '../../../shared/identity/sign-in-methods.ts';
import type { LinkedIdentityView } from '../../../shared/identity/sign-in-methods.ts';
import { api } from '../../kernel/api.ts';
import { formatDay, formatMoment } from '../../kernel/i18n/format.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { MethodRow } from './method-row.tsx';
import { ProviderIcon } from './provider-icon.tsx';
import { useMethodMutation } from './queries.ts';
import { RemoveDialog } from './remove-dialog.tsx';
import classes from './sign-in-methods.module.css';
import { useProblemText } from './use-problem-text.ts';

interface LinkedSectionProps {
  linked: LinkedIdentityView[];
  available: OidcProviderView[];
}

/** Accounts at providers, and buttons for those that can be added. */
export function LinkedSection({ linked, available }: LinkedSectionProps) {
  const { t } = useTranslation('signInMethods');
  const problemText = useProblemText();
  const adding = useMethodMutation(async (provider: OidcProviderView) => {
    const { url } = await api.call(oidcRoutes.startLink, { params: { providerId: provider.id } });
    window.location.assign(url);
  });
  if (linked.length === 0 && available.length === 0) return null;
  const missing = available.filter(
    (provider) => !linked.some(({ providerId }) => providerId === provider.id),
  );
  const leaving = adding.isPending || adding.isSuccess ? adding.variables.id : null;
  return (
    <Paper component="section" withBorder p="lg" radius="md" aria-labelledby="linked-title">
      <Title order={3} size="h4" mb="xs" id="linked-title">
        {t('linked.title')}
      </Title>
      <Text c="dimmed" size="sm" mb="sm">
        {t('linked.lead')}
      </Text>
      {linked.length === 0 ? (
        <Text>{t('linked.empty')}</Text>
      ) : (
        <ul className={classes.list}>
          {linked.map((identity) => (
            <LinkedRow key={identity.id} identity={identity} />
          ))}
        </ul>
      )}
      {adding.isError && (
        <ProblemAlert
          title={t('linked.failed', { name: adding.variables?.name ?? '' })}
          error={adding.error}
          text={problemText(adding.error)}
        />
      )}
      <Group gap="xs" mt="md">
        {missing.map((provider) => (
          <Button
            key={provider.id}
            variant="default"
            leftSection={<ProviderIcon type={provider.type} size={18} />}
            loading={leaving === provider.id}
            onClick={() => adding.mutate(provider)}
            data-testid={`link-${provider.id}`}
          >
            {t('linked.add', { name: provider.name })}
          </Button>
        ))}
      </Group>
    </Paper>
  );
}

function LinkedRow({ identity }: { identity: LinkedIdentityView }) {
  const { t } = useTranslation('signInMethods');
  const [removing, removeDialog] = useDisclosure(false);
  const { id, name, type, email, providerId, linkedAt, lastUsedAt } = identity;
  const facts = [
    email,
    t('linked.added', { day: formatDay(linkedAt) }),
    lastUsedAt ? t('linked.used', { moment: formatMoment(lastUsedAt) }) : t('linked.unused'),
    providerId === null ? t('linked.gone') : null,
  ];
  return (
    <>
      <MethodRow
        testId="linked-row"
        icon={<ProviderIcon type={type} size={24} />}
        title={name}
        detail={facts.filter(Boolean).join(' · ')}
        actions={
          <ActionIcon
            variant="subtle"
            color="red"
            size="lg"
            aria-label={t('linked.remove', { name })}
            onClick={removeDialog.open}
            data-testid="linked-remove"
          >
            <IconTrash size={20} aria-hidden />
          </ActionIcon>
        }
      />
      <RemoveDialog
        name={name}
        kind="linked"
        opened={removing}
        onClose={removeDialog.close}
        remove={() => api.call(signInMethodRoutes.unlink, { params: { methodId: id } })}
      />
    </>
  );
}
