import type { EntityManager } from '@mikro-orm/postgresql';

/** What a person may be known by in rows that are not theirs alone. */
export interface Traces {
  /** E-mail addresses and phone numbers that are theirs, or were. */
  addresses: string[];
  /** Their names, as others' entries of the audit trail may hold them. */
  names: string[];
  /** Their API keys and passkeys: entries about those tell the names that they gave them. */
  resourceIds: string[];
}

/** Collected before anything is erased. */
export async function tracesOf(em: EntityManager, userId: string): Promise<Traces> {
  // Proven ones only: what somebody merely typed may be another person's. And none that has another owner by now.
  const addresses = await em.execute<{ address: string }[]>(
    `with own as (
       select email as address from users where id = :id union select phone from users where id = :id
       union select alternate_phone from user_profiles where user_id = :id
       union select destination from verification_tokens where user_id = :id and used_at is not null
       union select provider_email from user_authentication_methods where user_id = :id
       union select email from invitations where user_id = :id or accepted_by = :id
       union select d.old_values ->> field from audit_logs l join audit_log_details d on d.audit_log_id = l.id, unnest(array['email', 'phone']) field
         where l.resource_type = 'user' and l.resource_id = :id
     )
     select address from own where address <> ''
       and not exists (select 1 from users o where o.id <> :id and o.deleted_at is null and (o.email = lower(address) or o.phone = address))`.replaceAll(
      ':id',
      '?',
    ),
    Array.from({ length: 9 }, () => userId),
  );
  const [names] = await em.execute<{ display_name: string; whole: string }[]>(
    `select display_name, trim(first_name || ' ' || last_name) as whole from users where id = ?`,
    [userId],
  );
  const resources = await em.execute<{ id: string }[]>(
    'select id from api_keys where user_id = ? union select id from passkeys where user_id = ?',
    [userId, userId],
  );
  return {
    addresses: addresses.map(({ address }) => address),
    names: names ? [...new Set([names.display_name, names.whole])] : [],
    resourceIds: resources.map(({ id }) => id),
  };
}

/** Rows of others that hold a copy of somebody's name, picture or address. `erasedName` takes the name's place. */
export async function eraseTraces(
  em: EntityManager,
  userId: string,
  { addresses }: Traces,
  erasedName: string,
): Promise<void> {
  // All of the log is looked at: an index for what hardly ever happens would cost every line of every chat.
  await em.execute(
    `update room_log set payload = payload || jsonb_build_object('displayName', ?::text)
       || case when jsonb_exists(payload, 'avatarUrl') then '{"avatarUrl": null}'::jsonb else '{}'::jsonb end
     where payload ->> 'userId' = ? and jsonb_exists(payload, 'displayName')`,
    [erasedName, userId],
  );
  await em.execute(
    `delete from invitations where user_id = ? or accepted_by = ?
       or email in (select lower(jsonb_array_elements_text(?::jsonb)))`,
    [userId, userId, JSON.stringify(addresses)],
  );
  // Lines of lists that were imported, or were to be: also those that failed, since somebody had the address already.
  await em.execute(
    `update user_import_rows r set raw = '{}', data = '{}', problems = '[]'
     where r.user_id = ? or exists (select 1 from jsonb_array_elements_text(?::jsonb) a where strpos(lower(r.raw::text || r.data::text), lower(a)) > 0)`,
    [userId, JSON.stringify(addresses)],
  );
}
