import classes from './person-avatar.module.css';

const letters = new Intl.Segmenter();

function firstLetter(word = ''): string {
  const [first] = letters.segment(word);
  return first?.segment ?? '';
}

/** Up to two letters of a name, by what a reader sees as a letter: "Élodie Ng" -> "ÉN". */
function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words;
  return picked.map(firstLetter).join('').toLocaleUpperCase();
}

/** A hue that stays with the person, whatever they call themselves. */
function hueOf(userId: string): number {
  let sum = 7;
  for (const letter of userId) sum = (sum * 31 + letter.charCodeAt(0)) % 360;
  return sum;
}

interface PersonAvatarProps {
  userId: string;
  name: string;
  /** Their picture, if they have one. */
  src?: string | null;
  /** Pixels, or a CSS length that follows the container. */
  size: number | string;
}

/** The person's picture, else initials on a colour of one's own. Decoration: the name is always written beside it or in the label. */
export function PersonAvatar({ userId, name, size, src = null }: PersonAvatarProps) {
  const width = typeof size === 'number' ? `${size}px` : size;
  if (src) {
    return (
      <img src={src} alt="" className={classes.avatar} style={{ width, height: width, objectFit: 'cover' }} />
    );
  }
  return (
    <span
      aria-hidden
      className={classes.avatar}
      style={{
        width,
        height: width,
        fontSize: `calc(${width} * 0.38)`,
        backgroundColor: `hsl(${hueOf(userId)} 32% 33%)`,
      }}
      data-initials={initialsOf(name)}
    />
  );
}
