import { Anchor } from '@mantine/core';
import { Link } from 'react-router';

interface PersonLinkProps {
  userId: string;
  name: string;
  /** Where the link is recognised by its place, such as a list of people: looks like the text around it. */
  plain?: boolean;
}

/** Somebody's name, which leads to their profile. */
export function PersonLink({ userId, name, plain = false }: PersonLinkProps) {
  return (
    <Anchor
      component={Link}
      to={`/people/${userId}`}
      inherit
      c={plain ? 'inherit' : undefined}
      underline={plain ? 'hover' : 'always'}
      data-testid="person-link"
    >
      {name}
    </Anchor>
  );
}
