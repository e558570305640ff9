import { describe, expect, it } from 'vitest';
import { actionText, changesOf, notesOf } from '../../client/identity/audit/entry-text.ts';
import { filtersFrom, queryOf, refusedFilters, searchOf } from '../../client/identity/audit/filters.ts';

const read = (text: string) => filtersFrom(new URLSearchParams(text));

describe('the filters of the audit page', () => {
  it('are read from the address and written to it', () => {
    const filters = read('actor=ann&action=user.&category=security&from=2026-03-02&scope=all');
    expect(filters).toMatchObject({ actor: 'ann', action: 'user.', category: 'security', to: '', q: '' });
    expect(searchOf(filters).toString()).toBe('actor=ann&action=user.&category=security&from=2026-03-02');
  });

  it('drop what somebody wrote there and makes no sense, so that the page still shows something', () => {
    expect(
      searchOf(
        read('category=x&severity=y&from=tomorrow&to=2026-99-99&resourceId=1&action=%27%3B'),
      ).toString(),
    ).toBe('');
  });

  it('name what the server would refuse', () => {
    const filters = { ...read(''), action: 'no spaces', resourceId: 'x', tag: 'gdpr' };
    expect(refusedFilters(filters)).toEqual(['action', 'resourceId']);
  });

  it('ask for whole days of the viewer', () => {
    const query = queryOf(read('from=2026-03-02&to=2026-03-02&q=role'));
    expect(query['q']).toBe('role');
    const [from, to] = [new Date(query['from'] ?? ''), new Date(query['to'] ?? '')];
    expect([from.getDate(), from.getHours(), to.getDate(), to.getHours()]).toEqual([2, 0, 3, 0]);
  });
});

describe('an entry', () => {
  it('is said in words', () => {
    expect(actionText('live_session.started')).toBe('Live session started');
  });

  it('shows old and new values side by side', () => {
    expect(changesOf({ old: { name: 'a', gone: true }, new: { name: 'b', roles: ['x'] } })).toEqual([
      { field: 'name', before: 'a', after: 'b' },
      { field: 'gone', before: 'true', after: null },
      { field: 'roles', before: null, after: '["x"]' },
    ]);
    expect(changesOf({ old: null, new: null })).toEqual([]);
    expect(notesOf({ metadata: { rows: 3, code: 'forbidden' } })).toEqual([
      ['rows', '3'],
      ['code', 'forbidden'],
    ]);
  });
});
