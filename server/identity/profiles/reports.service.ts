import { roleSlug } from '../../../shared/identity/contract.ts';
import type { ReportView, ReportsQuery } from '../../../shared/identity/profiles.ts';
import { isoOrNull } from '../../../shared/kernel/time.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { AreaDeps } from '../deps.ts';
import { levelNameAndId, readPlace, writePlace } from './place.ts';
import { listReports } from './reports.repository.ts';
import type { ReportRow } from './reports.repository.ts';
import { reachOf } from './visibility.ts';

/** The people below a manager. */
export class ReportService {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  /** @throws AppError invalid_input */
  async list(
    actor: UserActor,
    { cursor, limit, reach }: ReportsQuery,
  ): Promise<{ items: ReportView[]; nextCursor: string | null }> {
    const em = this.#deps.db.em();
    const after = cursor === undefined ? null : readPlace(cursor, levelNameAndId);
    const manager = { id: actor.userId, reach: await reachOf(em, actor.userId) };
    const page = { direct: reach === 'direct', after, limit: limit + 1, now: this.#deps.clock.now() };
    const rows = await listReports(em, manager, page);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return {
      items: items.map(presentReport),
      nextCursor: last && rows.length > limit ? writePlace([last.level, last.sort_name, last.id]) : null,
    };
  }
}

const presentReport = (row: ReportRow): ReportView => ({
  id: row.id,
  displayName: row.display_name,
  avatarUrl: row.avatar_url,
  role: roleSlug.parse(row.role),
  jobTitle: row.job_title,
  department: row.department,
  lastActivityAt: isoOrNull(row.last_activity_at === null ? null : new Date(row.last_activity_at)),
  level: row.level,
  manager: { id: row.manager_id, displayName: row.manager_name },
  organizationId: row.organization_id,
  hasProfile: row.has_profile,
});
