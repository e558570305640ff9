import { Badge, Button, Group, Paper, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { OrganizationDetailView, TreeNodeView } from '../../../shared/identity/organizations.ts';
import { Loaded } from './loaded.tsx';
import { NewOrganizationDialog } from './new-organization-dialog.tsx';
import classes from './organizations.module.css';
import { organizationTree } from './queries.ts';

/** An organization and everything below it. */
export function TreeSection({ organization }: { organization: OrganizationDetailView }) {
  const { t } = useTranslation('organizations');
  const [adding, addDialog] = useDisclosure(false);
  const query = useQuery(organizationTree(organization.id));
  return (
    <Paper component="section" withBorder p="lg" radius="md" aria-labelledby="tree-title">
      <Group justify="space-between" mb="xs">
        <Title order={3} size="h4" id="tree-title">
          {t('tree.title')}
        </Title>
        {organization.may.manage && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={addDialog.open}
            data-testid="add-part"
          >
            {t('tree.add')}
          </Button>
        )}
      </Group>
      <Loaded query={query}>
        {({ items }) =>
          items.length < 2 ? (
            <Text c="dimmed">{t('tree.empty')}</Text>
          ) : (
            <ul className={classes.rows}>
              {items.map((node) => (
                <Node key={node.id} node={node} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <NewOrganizationDialog parentId={organization.id} opened={adding} onClose={addDialog.close} />
    </Paper>
  );
}

function Node({ node }: { node: TreeNodeView }) {
  const { t } = useTranslation('organizations');
  const { id, name, depth, type, status, memberCount } = node;
  return (
    <li
      className={classes.row}
      style={{ paddingInlineStart: `calc(${Math.min(depth, 6)} * 20px)` }}
      data-testid="tree-node"
    >
      <div className={classes.grow}>
        <Group gap="xs">
          {depth === 0 ? (
            <Text fw={600}>{name}</Text>
          ) : (
            <Link to={`/admin/organization/${id}`} className={classes.link}>
              {name}
            </Link>
          )}
          {status !== 'active' && (
            <Badge color="orange" variant="light">
              {t(`status.${status}`)}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          {[t(`type.${type}`), t('organization.members', { count: memberCount })].join(' · ')}
        </Text>
      </div>
    </li>
  );
}
