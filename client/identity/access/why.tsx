import { Badge, Button, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconArrowLeft, IconCircleCheck, IconCircleMinus, IconCircleX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ExplainStep, ExplanationView } from '../../../shared/identity/access.ts';
import { permissionCatalogue } from '../../../shared/identity/permissions.ts';
import type { Permission } from '../../../shared/identity/permissions.ts';
import { codeOf } from '../../kernel/request-error.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { useMe } from '../../kernel/use-sign-in.ts';
import classes from './access.module.css';
import { subjectOf } from './place.ts';
import { explanationOf } from './queries.ts';
import { searchOf } from './question.ts';
import type { Question } from './question.ts';
import { useStepText } from './step-text.ts';
import { useFocusIfLost } from './use-focus-if-lost.ts';
import { useRoleName } from './use-roles.ts';

type AskedOfOne = Question & { permission: Permission; personId: string };

interface WhyProps {
  organizationId: string;
  question: AskedOfOne;
}

/** Why somebody may do something, or may not. */
export function Why({ organizationId, question }: WhyProps) {
  const { t } = useTranslation(['access', 'kernel']);
  const { permission, place, personId } = question;
  const query = useQuery(
    explanationOf(organizationId, { userId: personId, permission, ...subjectOf(place) }),
  );
  if (query.isError)
    return (
      <ProblemAlert
        title={t('explorer.failed')}
        error={query.error}
        text={codeOf(query.error) === 'not_found' ? t('explorer.gone') : null}
        onRetry={() => void query.refetch()}
      />
    );
  if (!query.data)
    return <Skeleton height={240} radius="md" role="status" aria-label={t('kernel:loading')} />;
  return (
    <Stack>
      <Verdict found={query.data} question={question} />
      <Steps organizationId={organizationId} question={question} steps={query.data.steps} />
    </Stack>
  );
}

function Verdict({ found, question }: { found: ExplanationView; question: AskedOfOne }) {
  const { t } = useTranslation('access');
  const { permissions } = useMe();
  const { allowed, permission, level } = found;
  const { id, displayName: name } = found.user;
  const Icon = allowed ? IconCircleCheck : IconCircleX;
  const answer = t(allowed ? 'explorer.yes' : 'explorer.no', { name });
  const heading = useFocusIfLost<HTMLHeadingElement>();
  useEffect(() => announce(answer), [answer]);
  return (
    <Paper withBorder p="lg" radius="md" data-testid="verdict" data-allowed={allowed}>
      <Group wrap="nowrap" align="flex-start">
        <Icon size={32} aria-hidden className={classes.icon} data-outcome={allowed ? 'allows' : 'denies'} />
        <div className={classes.text}>
          <Title order={3} size="h4" ref={heading} tabIndex={-1} className={classes.focused}>
            {answer}
          </Title>
          <Text>{permissionCatalogue[permission]}</Text>
          <Text size="sm" c="dimmed">
            {t('explorer.ownLevel', { level })}
          </Text>
        </div>
      </Group>
      <Group gap="xs" mt="md">
        <Button
          component={Link}
          to={`/admin/access?${searchOf({ ...question, personId: null })}`}
          size="xs"
          variant="default"
          leftSection={<IconArrowLeft size={16} aria-hidden />}
          data-testid="to-who"
        >
          {t('explorer.everybody')}
        </Button>
        {permissions.includes('user.read') && (
          <Button
            component={Link}
            to={`/admin/people/${id}/access`}
            size="xs"
            variant="subtle"
            data-testid="to-person-access"
          >
            {t('explorer.change', { name })}
          </Button>
        )}
      </Group>
    </Paper>
  );
}

function Steps({ organizationId, question, steps }: WhyProps & { steps: readonly ExplainStep[] }) {
  const { t } = useTranslation('access');
  return (
    <section aria-labelledby="steps-title">
      <Title order={3} size="h4" id="steps-title">
        {t('explorer.steps')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('explorer.stepsLead')}
      </Text>
      <ol className={classes.steps}>
        {steps.map((step, index) => (
          // The server gives them no names, and their order is what they are.
          <Step
            key={`${index}${step.kind}`}
            organizationId={organizationId}
            question={question}
            step={step}
          />
        ))}
      </ol>
    </section>
  );
}

const icons = { allows: IconCircleCheck, denies: IconCircleX, silent: IconCircleMinus };

function Step({ organizationId, question, step }: WhyProps & { step: ExplainStep }) {
  const { t } = useTranslation('access');
  const textOf = useStepText(question.place.type, useRoleName(organizationId));
  const { outcome, decisive, kind } = step;
  const Icon = icons[outcome];
  const [first, ...others] = textOf(step);
  return (
    <li className={classes.step} data-decisive={decisive} data-kind={kind} data-testid="step">
      <Icon
        size={20}
        aria-hidden
        className={classes.icon}
        data-outcome={kind === 'nothing' && !decisive ? 'silent' : outcome}
      />
      <div className={classes.text}>
        <Text fw={decisive ? 650 : undefined}>{first}</Text>
        {others.length > 0 && (
          <Text size="sm" c={decisive ? undefined : 'dimmed'}>
            {others.join(' ')}
          </Text>
        )}
      </div>
      {decisive && (
        <Badge tt="none" className={classes.decides} data-testid="decisive">
          {t('explorer.decides')}
        </Badge>
      )}
    </li>
  );
}
