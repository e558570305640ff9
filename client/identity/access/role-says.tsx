import { Badge, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RoleView } from '../../../shared/identity/access.ts';
import { permissionCatalogue } from '../../../shared/identity/permissions.ts';
import classes from './access.module.css';
import { permissionsByArea } from './permission-areas.ts';

/** All that a role says, to read. */
export function RoleSays({ role, roles }: { role: RoleView; roles: readonly RoleView[] }) {
  const { t } = useTranslation('access');
  const said = new Map(role.permissions.map((one) => [one.slug, one]));
  const areas = permissionsByArea
    .map(({ area, slugs }) => ({ area, rules: slugs.flatMap((slug) => said.get(slug) ?? []) }))
    .filter(({ rules }) => rules.length > 0);
  return (
    <section aria-labelledby="role-says">
      <Title order={3} size="h4" mb="xs" id="role-says">
        {t('role.says')}
      </Title>
      {areas.length === 0 && <Text>{t('role.saysNothing')}</Text>}
      <Stack>
        {areas.map(({ area, rules }) => (
          <Paper key={area} withBorder radius="md" py="xs">
            <Title order={4} size="h5" px="md" py={6}>
              {t(`area.${area}`)}
            </Title>
            <ul className={classes.rows}>
              {rules.map(({ slug, granted, inheritedFrom }) => (
                <li key={slug} className={classes.row} data-testid={`says-${slug}`}>
                  <div className={classes.text}>
                    <Text size="sm">{permissionCatalogue[slug]}</Text>
                    <Text className={classes.code}>{slug}</Text>
                  </div>
                  <Group gap="xs">
                    {inheritedFrom !== null && (
                      <Text size="xs" c="dimmed">
                        {t('role.from', {
                          name: roles.find((one) => one.slug === inheritedFrom)?.name ?? inheritedFrom,
                        })}
                      </Text>
                    )}
                    <Badge variant="light" color={granted ? undefined : 'red'} tt="none">
                      {t(granted ? 'role.allowed' : 'role.denied')}
                    </Badge>
                  </Group>
                </li>
              ))}
            </ul>
          </Paper>
        ))}
      </Stack>
    </section>
  );
}
