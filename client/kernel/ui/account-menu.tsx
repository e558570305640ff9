import { Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import type { MantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconCheck,
  IconDeviceDesktop,
  IconLogout,
  IconMoon,
  IconSettings,
  IconSun,
  IconUser,
  IconUserCog,
  IconUsersGroup,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { signOut } from '../sign-out.ts';
import type { Permission } from '../../../shared/identity/permissions.ts';
import { isAnythingUnsent } from '../unsent.ts';
import { useMe } from '../use-sign-in.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { PersonAvatar } from './person-avatar.tsx';

const themes = [
  { scheme: 'auto', text: 'account.themeAuto', Icon: IconDeviceDesktop },
  { scheme: 'light', text: 'account.themeLight', Icon: IconSun },
  { scheme: 'dark', text: 'account.themeDark', Icon: IconMoon },
] as const satisfies { scheme: MantineColorScheme; text: string; Icon: unknown }[];

/** Whoever has one of these finds something to do in the administration; teachers see people, and are none of it. */
const administrative: readonly Permission[] = [
  'user.create',
  'user.update',
  'organization.manage',
  'organization.invite',
  'role.read',
  'audit.read',
  'settings.read',
  'api_key.manage',
];

/** Who is signed in, the look of the page, and the way out. */
export function AccountMenu() {
  const { t } = useTranslation();
  const me = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [asking, { open: ask, close: stay }] = useDisclosure(false);
  return (
    <>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <UnstyledButton aria-label={t('account.menu', { name: me.displayName })} data-testid="account-menu">
            <PersonAvatar userId={me.id} name={me.displayName} src={me.avatarUrl} size={36} />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t('account.theme')}</Menu.Label>
          {themes.map(({ scheme, text, Icon }) => (
            <Menu.Item
              key={scheme}
              role="menuitemradio"
              aria-checked={colorScheme === scheme}
              leftSection={<Icon size={16} aria-hidden />}
              rightSection={colorScheme === scheme ? <IconCheck size={14} aria-hidden /> : null}
              onClick={() => setColorScheme(scheme)}
            >
              {t(text)}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item
            component={Link}
            to={`/people/${me.id}`}
            leftSection={<IconUser size={16} aria-hidden />}
            data-testid="to-profile"
          >
            {t('account.profile')}
          </Menu.Item>
          {me.hasReports && (
            <Menu.Item
              component={Link}
              to="/reports"
              leftSection={<IconUsersGroup size={16} aria-hidden />}
              data-testid="to-reports"
            >
              {t('account.reports')}
            </Menu.Item>
          )}
          <Menu.Item
            component={Link}
            to="/account"
            leftSection={<IconUserCog size={16} aria-hidden />}
            data-testid="to-account"
          >
            {t('account.settings')}
          </Menu.Item>
          {administrative.some((slug) => me.permissions.includes(slug)) && (
            <Menu.Item
              component={Link}
              to="/admin"
              leftSection={<IconSettings size={16} aria-hidden />}
              data-testid="to-admin"
            >
              {t('account.administration')}
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<IconLogout size={16} aria-hidden />}
            onClick={() => (isAnythingUnsent() ? ask() : void signOut())}
            data-testid="sign-out"
          >
            {t('account.signOut')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        title={t('account.unsent.title')}
        text={t('account.unsent.text')}
        submit={t('account.unsent.leave')}
        keep={t('account.unsent.stay')}
        opened={asking}
        onClose={stay}
        act={signOut}
      />
    </>
  );
}
