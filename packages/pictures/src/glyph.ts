/**
 * The shape of a letter, as strokes: its width, and a path of M (move), L (line) and Q (quadratic curve), in units of a tenth
 * of a capital's height above the baseline.
 */
export type Glyph = readonly [width: number, path: string];

/** The round part that many small letters have. */
export const BOWL = 'M0,3.5 Q0,7 2.8,7 Q5.6,7 5.6,3.5 Q5.6,0 2.8,0 Q0,0 0,3.5';
