/** A list of ids or slugs as PostgreSQL writes an array: for what the ORM would take for a list of parameters. Nothing that needs quotes. */
export const arrayOf = (values: readonly string[]): string => `{${values.join(',')}}`;
