/** The shapes of letters, drawn here: no machine that this runs on has to have fonts. */
import { CYRILLIC } from './cyrillic.js';
import type { Glyph } from './glyph.js';
import { GREEK } from './greek.js';
import { CAPITALS, DIGITS, SIGNS, SMALL } from './latin.js';

/** Letters of the Cyrillic and Greek scripts that look as Latin ones do. */
const TWINS = {
  ...{ А: 'A', В: 'B', Е: 'E', К: 'K', М: 'M', Н: 'H', О: 'O', Р: 'P', С: 'C', Т: 'T', Х: 'X', І: 'I', Ј: 'J', Ѕ: 'S' },
  ...{ а: 'a', е: 'e', о: 'o', р: 'p', с: 'c', у: 'y', х: 'x', і: 'i', ј: 'j', ѕ: 's' },
  ...{ Α: 'A', Β: 'B', Ε: 'E', Ζ: 'Z', Η: 'H', Ι: 'I', Κ: 'K', Μ: 'M', Ν: 'N', Ο: 'O', Ρ: 'P', Τ: 'T', Υ: 'Y', Χ: 'X' },
  ...{ ο: 'o', ι: 'ı' },
} as const;

const SCRIPTS = [DIGITS, CAPITALS, SMALL, SIGNS, CYRILLIC, GREEK];
const drawn = new Map(SCRIPTS.flatMap((glyphs) => Object.entries(glyphs)));
const twins = Object.entries(TWINS).map(([letter, latin]): [string, Glyph] => [letter, drawn.get(latin) ?? [0, '']]);

export const GLYPHS: ReadonlyMap<string, Glyph> = new Map([...drawn, ...twins]);
