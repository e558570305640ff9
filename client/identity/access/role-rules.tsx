import {
  Accordion,
  Alert,
  Group,
  Paper,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { IconAlertTriangle, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { permissionCatalogue } from '../../../shared/identity/permissions.ts';
import type { Permission } from '../../../shared/identity/permissions.ts';
import { useMe } from '../../kernel/use-sign-in.ts';
import classes from './access.module.css';
import { matches, permissionsByArea } from './permission-areas.ts';
import { outcome } from './role-tree.ts';
import type { Inherited, Rules } from './role-tree.ts';

interface RoleRulesProps {
  rules: Rules;
  inherited: ReadonlyMap<Permission, Inherited>;
  /** A role's name by its slug. */
  nameOf: (slug: string) => string;
  error: string | undefined;
  onChange: (rules: Rules) => void;
}

/** Every permission with what the role says to it, by area; only the areas that are open are drawn. */
export function RoleRules({ rules, inherited, nameOf, error, onChange }: RoleRulesProps) {
  const { t } = useTranslation('access');
  const [text, setText] = useState('');
  const [open, setOpen] = useState<string[]>([]);
  const shown = permissionsByArea
    .map(({ area, slugs }) => ({ area, slugs: slugs.filter((slug) => matches(slug, text)) }))
    .filter(({ slugs }) => slugs.length > 0);
  const searching = text.trim() !== '';
  const set = (slug: Permission, granted: boolean | undefined): void => {
    const { [slug]: _, ...others } = rules;
    onChange(granted === undefined ? others : { ...others, [slug]: granted });
  };
  return (
    <Paper component="section" withBorder p="lg" radius="md" aria-labelledby="role-permissions">
      <Stack>
        <div>
          <Title order={3} size="h4" id="role-permissions">
            {t('form.permissions')}
          </Title>
          <Text c="dimmed" size="sm">
            {t('form.permissionsLead')}
          </Text>
        </div>
        {error && (
          <Alert
            color="red"
            role="alert"
            icon={<IconAlertTriangle aria-hidden />}
            data-testid="rules-problem"
          >
            {error}
          </Alert>
        )}
        <TextInput
          type="search"
          label={t('form.find')}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          maxLength={100}
          maw={360}
          onChange={(event) => setText(event.currentTarget.value)}
          data-testid="rules-search"
        />
        {shown.length === 0 && <Text role="status">{t('form.noneFound')}</Text>}
        <Accordion
          multiple
          order={4}
          variant="contained"
          keepMounted={false}
          value={searching ? shown.map(({ area }) => area) : open}
          onChange={setOpen}
        >
          {shown.map(({ area, slugs }) => (
            <Accordion.Item key={area} value={area} data-testid={`area-${area}`}>
              <Accordion.Control>
                <Group justify="space-between" gap="xs" pr="xs">
                  <Text fw={600}>{t(`area.${area}`)}</Text>
                  <Counts slugs={slugs} rules={rules} inherited={inherited} />
                </Group>
              </Accordion.Control>
              <Accordion.Panel>
                {slugs.map((slug) => (
                  <Rule
                    key={slug}
                    slug={slug}
                    own={rules[slug]}
                    inherited={inherited.get(slug)}
                    nameOf={nameOf}
                    onChange={(granted) => set(slug, granted)}
                  />
                ))}
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      </Stack>
    </Paper>
  );
}

interface CountsProps {
  slugs: readonly Permission[];
  rules: Rules;
  inherited: ReadonlyMap<Permission, Inherited>;
}

/** What comes of an area, so that nobody has to open it to see whether there is something in it. */
function Counts({ slugs, rules, inherited }: CountsProps) {
  const { t } = useTranslation('access');
  const results = slugs.map((slug) => outcome(rules[slug], inherited.get(slug)));
  const allowed = results.filter((one) => one === true).length;
  const denied = results.filter((one) => one === false).length;
  return (
    <Text size="sm" c="dimmed" span>
      {allowed + denied === 0
        ? t('form.countNothing')
        : [
            ...(allowed > 0 ? [t('form.countAllowed', { count: allowed })] : []),
            ...(denied > 0 ? [t('form.countDenied', { count: denied })] : []),
          ].join(', ')}
    </Text>
  );
}

const choices = ['notSaid', 'allow', 'deny'] as const;
type Choice = (typeof choices)[number];
const choiceOf = (own: boolean | undefined): Choice =>
  own === undefined ? 'notSaid' : own ? 'allow' : 'deny';
const saidBy: Record<Choice, boolean | undefined> = { notSaid: undefined, allow: true, deny: false };
const colors: Record<Choice, string | undefined> = { notSaid: undefined, allow: 'board', deny: 'red.9' };

interface RuleProps {
  slug: Permission;
  own: boolean | undefined;
  inherited: Inherited | undefined;
  nameOf: (slug: string) => string;
  onChange: (granted: boolean | undefined) => void;
}

function Rule({ slug, own, inherited, nameOf, onChange }: RuleProps) {
  const { t } = useTranslation('access');
  const { permissions } = useMe();
  const choice = choiceOf(own);
  const held = permissions.includes(slug);
  return (
    <div className={classes.rule} data-testid={`rule-${slug}`}>
      <div className={classes.text}>
        <Text size="sm">{permissionCatalogue[slug]}</Text>
        <Text className={classes.code}>{slug}</Text>
        {inherited && (
          <Text size="xs" fw={600} data-testid="rule-inherited">
            {t(inheritedText(own, inherited), { name: nameOf(inherited.from) })}
          </Text>
        )}
        {!held && own !== false && (
          <Text size="xs" c="dimmed">
            {t('form.notYours')}
          </Text>
        )}
      </div>
      <SegmentedControl
        size="xs"
        aria-label={permissionCatalogue[slug]}
        color={colors[choice]}
        value={choice}
        onChange={(value) => onChange(saidBy[value])}
        data={choices.map((value) => ({
          value,
          label: t(`form.${value}`),
          disabled: value === 'allow' && !held && own !== true,
        }))}
      />
    </div>
  );
}

/** What inheritance makes of the role's own word. */
function inheritedText(own: boolean | undefined, { granted }: Inherited) {
  if (!granted) return own === true ? 'form.allowUseless' : 'form.inheritedDenied';
  return own === false ? 'form.denyOverrides' : 'form.inheritedAllowed';
}
