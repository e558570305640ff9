import { Anchor } from '@mantine/core';

const address = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/g;

/** Text with its addresses as links. Nothing else in it is markup. */
export function Linked({ text }: { text: string }) {
  // Splitting at a captured group: every second piece is an address.
  return text.split(address).map((piece, index) =>
    index % 2 === 0 ? (
      piece
    ) : (
      <Anchor
        key={index}
        href={piece}
        target="_blank"
        rel="noopener noreferrer nofollow"
        underline="always"
        inherit
      >
        {piece}
      </Anchor>
    ),
  );
}
