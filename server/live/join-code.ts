import { randomInt } from 'node:crypto';
import { joinCodeLength, joinCodeSigns } from '../../shared/live/guests.ts';

/** A new code of a class: 40 random bits. Nobody tries many of them: the operation that takes one is limited. */
export const newJoinCode = (): string =>
  Array.from({ length: joinCodeLength }, () => joinCodeSigns[randomInt(joinCodeSigns.length)]).join('');
