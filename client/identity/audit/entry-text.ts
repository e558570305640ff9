import type { AuditEntryView, AuditSeverity } from '../../../shared/audit/contract.ts';

/** `live_session.started` as a person reads it: "Live session started". */
export function actionText(action: string): string {
  const text = action.replaceAll(/[._]+/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const severityColor: Record<AuditSeverity, string> = {
  low: 'gray',
  medium: 'board',
  high: 'orange',
  critical: 'red',
};

/** One field before and after; null: it was not there. */
export interface FieldChange {
  field: string;
  before: string | null;
  after: string | null;
}

const valueText = (value: unknown): string | null => {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** Old and new values side by side, in the order they were written. */
export function changesOf({ old, new: after }: Pick<AuditEntryView, 'old' | 'new'>): FieldChange[] {
  const fields = new Set([...Object.keys(old ?? {}), ...Object.keys(after ?? {})]);
  return [...fields].map((field) => ({
    field,
    before: valueText(old?.[field]),
    after: valueText(after?.[field]),
  }));
}

/** What else was noted, as text. */
export const notesOf = ({ metadata }: Pick<AuditEntryView, 'metadata'>): [name: string, value: string][] =>
  Object.entries(metadata).map(([name, value]) => [name, valueText(value) ?? '']);
