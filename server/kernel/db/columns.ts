import { p } from '@mikro-orm/core';
import { v7 } from 'uuid';

/** Columns that nearly every table has, mapped as the schema says. */
export const columns = {
  id: () =>
    p
      .uuid()
      .primary()
      .onCreate(() => v7())
      .defaultRaw('lectern_uuid_v7()'),
  /** timestamptz */
  instant: () => p.datetime().columnType('timestamptz'),
  created: () =>
    p
      .datetime()
      .columnType('timestamptz')
      .onCreate(() => new Date())
      .defaultRaw('now()'),
  updated: () =>
    p
      .datetime()
      .columnType('timestamptz')
      .onCreate(() => new Date())
      .onUpdate(() => new Date())
      .defaultRaw('now()'),
};

/** The filter of tables whose rows are deleted by setting `deleted_at`. On by default. */
export const softDelete = { softDelete: { name: 'softDelete', cond: { deletedAt: null }, default: true } };
