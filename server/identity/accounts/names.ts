/** A person's name in the parts that the schema keeps. */
export interface NameParts {
  firstName: string;
  lastName: string;
}

/** "Ada King Lovelace" is Ada, King Lovelace: split at the first space. */
export function splitName(name: string): NameParts {
  const [first = '', ...rest] = name.trim().split(/\s+/);
  return { firstName: first, lastName: rest.join(' ') };
}
