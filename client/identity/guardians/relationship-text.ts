import { useTranslation } from 'react-i18next';
import type { Relationship } from '../../../shared/identity/guardians.ts';

/** What a guardian is to a child, in their own words where they gave some. */
export function useRelationshipText(): (link: {
  relationship: Relationship;
  relationshipNote: string | null;
}) => string {
  const { t } = useTranslation('guardians');
  return ({ relationship, relationshipNote }) => relationshipNote ?? t(`relationship.${relationship}`);
}
