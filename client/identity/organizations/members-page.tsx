import {
  ActionIcon,
  Badge,
  Group,
  Menu,
  NativeSelect,
  Paper,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconDots, IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { membershipRole } from '../../../shared/identity/contract.ts';
import { memberView, membershipRoutes } from '../../../shared/identity/organizations.ts';
import type { MemberView } from '../../../shared/identity/organizations.ts';
import { api } from '../../kernel/api.ts';
import { formatDay } from '../../kernel/i18n/format.ts';
import { PagedList } from '../../kernel/ui/paged-list.tsx';
import { PersonAvatar } from '../../kernel/ui/person-avatar.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { useMe } from '../../kernel/use-sign-in.ts';
import { ConfirmDialog } from '../../kernel/ui/confirm-dialog.tsx';
import { WorkedIn } from './loaded.tsx';
import { MemberDialog } from './member-dialog.tsx';
import classes from './organizations.module.css';
import { memberList, membersKey } from './queries.ts';
import type { MemberQuery } from './queries.ts';

/** `/admin/members` */
export function MembersPage() {
  return <WorkedIn>{(id) => <Members key={id} organizationId={id} />}</WorkedIn>;
}

function Members({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('organizations');
  usePageTitle(t('members.title'));
  const [query, setQuery] = useState<MemberQuery>({});
  const list = useInfiniteQuery({ ...memberList(organizationId, query), placeholderData: keepPreviousData });
  const narrow = (name: keyof MemberQuery, value: string): void =>
    setQuery((before) => ({ ...before, [name]: value === '' ? undefined : value }));
  return (
    <Stack>
      <div>
        <Title order={2}>{t('members.title')}</Title>
        <Text c="dimmed">{t('members.lead')}</Text>
      </div>
      <Filters query={query} onChange={narrow} />
      <PagedList
        query={list}
        failed={t('loadFailed')}
        empty={<Text>{t('members.empty')}</Text>}
        shown={(count) => t('members.shown', { count })}
      >
        {(members) => (
          <Paper withBorder radius="md">
            <ul className={classes.rows}>
              {members.map((member) => (
                <MemberRow key={member.membershipId} organizationId={organizationId} member={member} />
              ))}
            </ul>
          </Paper>
        )}
      </PagedList>
    </Stack>
  );
}

interface FiltersProps {
  query: MemberQuery;
  /** Sets one; '' takes it away. */
  onChange: (name: keyof MemberQuery, value: string) => void;
}

function Filters({ query, onChange }: FiltersProps) {
  const { t } = useTranslation('organizations');
  const [text, setText] = useState('');
  const search = useDebouncedCallback((value: string) => onChange('q', value.trim()), 250);
  return (
    <Group align="flex-end" gap="sm">
      <TextInput
        type="search"
        label={t('members.search')}
        placeholder={t('members.searchHint')}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={text}
        maxLength={200}
        flex="1 1 220px"
        onChange={(event) => {
          setText(event.currentTarget.value);
          search(event.currentTarget.value);
        }}
        data-testid="members-search"
      />
      <NativeSelect
        label={t('members.role')}
        value={query.role ?? ''}
        onChange={(event) => onChange('role', event.currentTarget.value)}
        data={[
          { value: '', label: t('members.any') },
          ...membershipRole.options.map((value) => ({ value, label: t(`membership.${value}`) })),
        ]}
        data-testid="members-role"
      />
      <NativeSelect
        label={t('members.status')}
        value={query.status ?? ''}
        onChange={(event) => onChange('status', event.currentTarget.value)}
        data={[
          { value: '', label: t('members.everybody') },
          ...memberView.shape.status.options.map((value) => ({ value, label: t(`standing.${value}`) })),
        ]}
        data-testid="members-status"
      />
    </Group>
  );
}

function MemberRow({ organizationId, member }: { organizationId: string; member: MemberView }) {
  const { t } = useTranslation('organizations');
  const me = useMe();
  const client = useQueryClient();
  const [dialog, setDialog] = useState<'change' | 'remove' | null>(null);
  const {
    userId,
    membershipId,
    displayName: name,
    role,
    status,
    title,
    email,
    code,
    joinedAt,
    leftAt,
  } = member;
  const close = (): void => setDialog(null);
  const mayManage = me.permissions.includes('organization.manage') && leftAt === null;
  const remove = async (): Promise<void> => {
    await api.call(membershipRoutes.remove, { params: { organizationId, membershipId } });
    await client.invalidateQueries({ queryKey: membersKey(organizationId) });
  };
  return (
    <li className={classes.row} data-testid="member-row">
      <PersonAvatar userId={userId} name={name} size={36} />
      <div className={classes.grow}>
        <Group gap="xs">
          <Text fw={600} className={classes.wrap}>
            {name}
          </Text>
          {userId === me.id && <Badge variant="light">{t('members.you')}</Badge>}
          {role !== 'member' && (
            <Badge variant="light" color="teal">
              {t(`membership.${role}`)}
            </Badge>
          )}
          {status !== 'active' && (
            <Badge variant="light" color="gray">
              {t(`standing.${status}`)}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed" className={classes.wrap}>
          {[
            title,
            code,
            email,
            leftAt === null
              ? t('mine.since', { day: formatDay(joinedAt) })
              : t('mine.period', { from: formatDay(joinedAt), to: formatDay(leftAt) }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </Text>
      </div>
      {mayManage && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={t('members.actions', { name })}
              data-testid="member-actions"
            >
              <IconDots size={20} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => setDialog('change')} data-testid="member-change">
              {t('members.edit')}
            </Menu.Item>
            {userId !== me.id && (
              <Menu.Item color="red" onClick={() => setDialog('remove')} data-testid="member-remove">
                {t('members.remove')}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
      <MemberDialog
        organizationId={organizationId}
        member={member}
        opened={dialog === 'change'}
        onClose={close}
      />
      <ConfirmDialog
        title={t('members.removeTitle', { name })}
        text={t('members.removeText')}
        submit={t('members.remove')}
        done={t('members.removed', { name })}
        failed={t('members.changeFailed')}
        opened={dialog === 'remove'}
        onClose={close}
        act={remove}
      />
    </li>
  );
}
