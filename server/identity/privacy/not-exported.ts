/**
 * Columns that name a person, or stand in the rows that are theirs, and are in no section of the copy; each with the reason. A
 * test compares both lists with the database's catalogue, so that a new column has to be put into one of them.
 */
export const notExported: Record<string, string> = {
  'audit_heads.chain_id': 'the trail itself, not a person',
  'audit_logs.organization_id': 'an organization; the person’s own ones are in `organizations`',
  'auth_challenges.user_id':
    'an unfinished sign-in: gone within minutes, and nothing in it but what proves it',
  'idempotency_keys.user_id':
    'a repeated request is told by it for a day; what it did is in the other sections',
  'live_chat_messages.reply_to_id': 'another message',
  'outbox_events.aggregate_id':
    'a notice from one part of the server to another about rows that are exported',
  'refresh_tokens.session_id': 'a hash that renews the sign-in, which is in `sign_ins`',
  'user_permissions.context_id': 'a course or a class; it is in `permissions`',
  'user_roles.context_id': 'a course or a class; it is in `roles`',
  'users.primary_role_id': 'a role; its name is in `account`',

  // Of the rows that are the person's alone, what is left out of them.
  'users.password_hash': 'a secret: whoever finds the file could guess on it',
  'users.two_factor_secret_enc': 'a secret: it makes the codes of the second factor',
  'users.two_factor_last_step': 'which code of the second factor was used last',
  'users.token_version': 'a counter that ends sign-ins',
  'users.anonymized_at': 'empty as long as there is somebody to ask for a copy',
  'users.search': 'made from name and code',
  'user_profiles.id': 'the number of the row',
  'user_profiles.custom_fields': 'in `custom_fields`, with the names of the fields',
};
