import { Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import type { OrganizationDetailView } from '../../../shared/identity/organizations.ts';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { useMe } from '../../kernel/use-sign-in.ts';
import { AllOrganizations } from './all-organizations.tsx';
import { DetailsForm } from './details-form.tsx';
import { GovernSection } from './govern-section.tsx';
import { Loaded, WorkedIn } from './loaded.tsx';
import { oneOrganization } from './queries.ts';
import { SettingsSection } from './settings-section.tsx';
import { TreeSection } from './tree-section.tsx';

/** `/admin/organization`: the one that one works in. */
export function OrganizationPage() {
  return <WorkedIn>{(id) => <Organization key={id} organizationId={id} />}</WorkedIn>;
}

/** `/admin/organization/:organizationId`: a part of it, or, for super administrators, any. */
export function OtherOrganizationPage() {
  const { t } = useTranslation('organizations');
  const { organizationId = '' } = useParams();
  return (
    <Stack align="flex-start">
      <Button
        component={Link}
        to="/admin/organization"
        variant="subtle"
        size="xs"
        leftSection={<IconArrowLeft size={16} aria-hidden />}
      >
        {t('tree.back')}
      </Button>
      <Organization key={organizationId} organizationId={organizationId} />
    </Stack>
  );
}

function Organization({ organizationId }: { organizationId: string }) {
  const query = useQuery(oneOrganization(organizationId));
  return <Loaded query={query}>{(organization) => <Sections organization={organization} />}</Loaded>;
}

function Sections({ organization }: { organization: OrganizationDetailView }) {
  const { t } = useTranslation('organizations');
  const me = useMe();
  const { id, name, status, type, memberCount, may } = organization;
  usePageTitle(name);
  return (
    <Stack gap="lg" maw={720} w="100%">
      <div>
        <Group gap="sm">
          <Title order={2} data-testid="organization-name">
            {name}
          </Title>
          <Badge
            variant="light"
            color={status === 'active' ? 'teal' : 'orange'}
            data-testid="organization-status"
          >
            {t(`status.${status}`)}
          </Badge>
        </Group>
        <Text c="dimmed">
          {[t(`type.${type}`), t('organization.members', { count: memberCount })].join(' · ')}
        </Text>
        {!may.manage && <Text>{t('organization.readOnly')}</Text>}
      </div>
      {may.manage && <DetailsForm key={id} organization={organization} />}
      {may.manage && <SettingsSection organizationId={id} />}
      {status === 'active' && <TreeSection organization={organization} />}
      {may.govern && <GovernSection organization={organization} />}
      {me.organizationId === id && <AllOrganizations />}
    </Stack>
  );
}
