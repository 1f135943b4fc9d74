/** Accents and the like, as strokes in the units of glyphs. */

/** Marks above letters, around the middle of the letter; heights count from its top. */
export const MARKS_ABOVE: ReadonlyMap<string, string> = new Map([
  ['\u0300', 'M-1.2,3 L0.6,1.4'],
  ['\u0301', 'M1.2,3 L-0.6,1.4'],
  ['\u0302', 'M-1.6,1.5 L0,3 L1.6,1.5'],
  ['\u0303', 'M-1.9,1.7 Q-1.4,2.8 -0.6,2.4 L0.6,1.9 Q1.4,1.5 1.9,2.6'],
  ['\u0304', 'M-1.7,2.1 L1.7,2.1'],
  ['\u0306', 'M-1.6,3 Q-1.4,1.5 0,1.5 Q1.4,1.5 1.6,3'],
  ['\u0307', 'M0,2.2 L0,2.3'],
  ['\u0308', 'M-1.4,2.2 L-1.4,2.3 M1.4,2.2 L1.4,2.3'],
  ['\u030a', 'M0,3.4 Q1.2,3.4 1.2,2.3 Q1.2,1.2 0,1.2 Q-1.2,1.2 -1.2,2.3 Q-1.2,3.4 0,3.4'],
  ['\u030b', 'M0,3 L-1.2,1.4 M2.2,3 L1,1.4'],
  ['\u030c', 'M-1.6,3 L0,1.5 L1.6,3'],
]);

/** Marks below letters; heights count from the baseline. */
export const MARKS_BELOW: ReadonlyMap<string, string> = new Map([
  ['\u0323', 'M0,-2 L0,-1.9'],
  ['\u0326', 'M0.3,-1.6 L-0.4,-3.2'],
  ['\u0327', 'M0.2,0 L-0.2,-1.2 Q1.2,-1.4 1.2,-2.3 Q1.2,-3.2 -0.8,-3'],
  ['\u0328', 'M0.8,0 Q-0.4,-1.2 -0.2,-2.2 Q0.2,-3 1.6,-2.7'],
]);
