import { Button, Menu, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconBuilding, IconCheck, IconSelector } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useErrorText } from '../i18n/use-error-text.ts';
import { switchOrganization } from '../switch-organization.ts';
import { useMe } from '../use-sign-in.ts';
import classes from './page-shell.module.css';

/** Where one works, and the way to another organization; nothing for those who belong to one only. */
export function OrganizationSwitcher() {
  const { t } = useTranslation();
  const { organizationId, organizations } = useMe();
  const [switching, setSwitching] = useState(false);
  const errorText = useErrorText();
  const navigate = useNavigate();
  const current = organizations.find(({ id }) => id === organizationId);
  if (!current || organizations.length < 2) return null;

  const choose = async (id: string): Promise<void> => {
    setSwitching(true);
    try {
      const me = await switchOrganization(id);
      const name = me.organizations.find((one) => one.id === me.organizationId)?.name ?? '';
      await navigate('/');
      notifications.show({ message: t('organization.switched', { name }) });
    } catch (error) {
      notifications.show({ color: 'red', title: t('organization.failed'), message: errorText(error) });
    } finally {
      setSwitching(false);
    }
  };

  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          size="sm"
          loading={switching}
          leftSection={<IconBuilding size={18} aria-hidden />}
          rightSection={<IconSelector size={16} aria-hidden />}
          aria-label={t('organization.current', { name: current.name })}
          data-testid="organization-switcher"
        >
          <span className={classes.organization}>{current.name}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('organization.title')}</Menu.Label>
        {organizations.map(({ id, name, suspended }) => (
          <Menu.Item
            key={id}
            role="menuitemradio"
            aria-checked={id === organizationId}
            disabled={suspended}
            rightSection={id === organizationId ? <IconCheck size={14} aria-hidden /> : null}
            onClick={() => (id === organizationId ? undefined : void choose(id))}
            data-testid="organization-choice"
          >
            <Text size="sm" truncate>
              {suspended ? t('organization.suspended', { name }) : name}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
