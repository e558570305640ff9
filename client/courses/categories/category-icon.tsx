import {
  IconAtom,
  IconBallFootball,
  IconBook,
  IconBriefcase,
  IconCalculator,
  IconCode,
  IconHeartbeat,
  IconHistory,
  IconLanguage,
  IconLeaf,
  IconMath,
  IconMicroscope,
  IconMusic,
  IconPalette,
  IconPuzzle,
  IconScale,
  IconTools,
  IconToolsKitchen2,
  IconUsers,
  IconWorld,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { CategoryIcon, CategoryView } from '../../../shared/courses/categories.ts';
import classes from './categories.module.css';

const icons: Record<CategoryIcon, ComponentType<{ size?: number; 'aria-hidden'?: boolean }>> = {
  atom: IconAtom,
  book: IconBook,
  briefcase: IconBriefcase,
  calculator: IconCalculator,
  code: IconCode,
  cooking: IconToolsKitchen2,
  globe: IconWorld,
  health: IconHeartbeat,
  history: IconHistory,
  language: IconLanguage,
  law: IconScale,
  leaf: IconLeaf,
  math: IconMath,
  microscope: IconMicroscope,
  music: IconMusic,
  palette: IconPalette,
  puzzle: IconPuzzle,
  sport: IconBallFootball,
  tools: IconTools,
  users: IconUsers,
};

type Marks = Pick<CategoryView, 'icon' | 'color'>;

/** Whether there is anything to know a category by besides its name. */
export const isMarked = ({ icon, color }: Marks): boolean => icon !== null || color !== null;

interface CategoryMarkProps {
  category: Marks;
  size?: number;
}

/** What one knows a category by at a glance; the name stands beside it. Nothing where it has neither a picture nor a colour. */
export function CategoryMark({ category, size = 16 }: CategoryMarkProps) {
  const { icon, color } = category;
  if (!isMarked(category)) return null;
  const Icon = icon === null ? null : icons[icon];
  return (
    <span className={classes.mark}>
      {/* Of whatever colour somebody chose, only an area: a line in it might not be seen. */}
      {color !== null && <span className={classes.color} style={{ backgroundColor: color }} />}
      {Icon && <Icon size={size} aria-hidden />}
    </span>
  );
}
