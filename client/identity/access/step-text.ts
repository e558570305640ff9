import { useTranslation } from 'react-i18next';
import type { ExplainStep, WhoView } from '../../../shared/identity/access.ts';
import { relationGrants } from '../../../shared/identity/permissions.ts';
import type { Relation } from '../../../shared/identity/permissions.ts';
import { useEndText } from './given-text.ts';
import type { Place } from './place.ts';

type Scope = NonNullable<WhoView['items'][number]['scope']>;
type StepOf<K extends ExplainStep['kind']> = Extract<ExplainStep, { kind: K }>;

const isRelation = (text: string): text is Relation => Object.hasOwn(relationGrants, text);

/** How far something reaches, and what somebody is to a thing, in words. */
export function useScopeText(placeType: Place['type']): {
  scopeText: (scope: Scope) => string;
  relationText: (relation: string) => string;
} {
  const { t } = useTranslation('access');
  return {
    scopeText: (scope) =>
      scope === 'context' && placeType !== 'organization' ? t(`scope.${placeType}`) : t(`scope.${scope}`),
    // A newer server may know more than this page.
    relationText: (relation) => (isRelation(relation) ? t(`relation.${relation}`) : relation),
  };
}

/** The sentences of one step of a decision, in their order. */
export function useStepText(
  placeType: Place['type'],
  nameOf: (slug: string) => string,
): (step: ExplainStep) => string[] {
  const { t } = useTranslation('access');
  const { scopeText, relationText } = useScopeText(placeType);
  const momentOf = useEndText();

  const ending = (expiresAt: string | null, ended: boolean): string[] =>
    expiresAt === null ? [] : [t(ended ? 'step.ended' : 'step.until', { moment: momentOf(expiresAt) })];

  const override = (step: StepOf<'override'>): string[] => [
    t(step.granted ? 'step.allowed' : 'step.denied', { place: scopeText(step.scope) }),
    ...ending(step.expiresAt, step.expired),
    ...(step.outcome === 'silent' && !step.expired ? [t('step.noMember')] : []),
  ];

  const verdict = ({ role, ignored, says }: StepOf<'role'>): string[] => {
    if (ignored === 'expired') return [];
    if (ignored === 'elsewhere') return [t('step.roleElsewhere')];
    if (ignored === 'not_a_member') return [t('step.noMember')];
    const said = says.find(({ granted }) => !granted) ?? says[0];
    if (!said) return [t('step.roleSilent')];
    if (said.role === role) return [t(said.granted ? 'step.roleAllows' : 'step.roleDenies')];
    return [t(said.granted ? 'step.roleAllowsBy' : 'step.roleDeniesBy', { name: nameOf(said.role) })];
  };

  const role = (step: StepOf<'role'>): string[] => [
    step.scope === 'system'
      ? t('step.account', { role: nameOf(step.role) })
      : t('step.role', { role: nameOf(step.role), place: scopeText(step.scope) }),
    ...ending(step.expiresAt, step.ignored === 'expired'),
    ...verdict(step),
  ];

  return (step) => {
    switch (step.kind) {
      case 'account':
        return [t(step.outcome === 'denies' ? 'step.accountShut' : 'step.accountFine')];
      case 'organization':
        return [
          ...(step.suspended ? [t('step.suspended')] : []),
          t(step.member ? 'step.member' : 'step.stranger'),
        ];
      case 'override':
        return override(step);
      case 'role':
        return role(step);
      case 'relation':
        return [
          t('step.relation', { relation: relationText(step.relation) }),
          t(step.outcome === 'allows' ? 'step.relationAllows' : 'step.relationSilent'),
        ];
      case 'nothing':
        return [t(step.decisive ? 'step.nothing' : 'step.otherwise')];
    }
  };
}
