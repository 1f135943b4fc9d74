/** Writes lines of text in strokes, smooth at every size, without any font of the machine. */
import type { Canvas, Colour } from './canvas.js';
import type { Glyph } from './glyph.js';
import { GLYPHS } from './glyphs.js';
import { MARKS_ABOVE, MARKS_BELOW } from './marks.js';
import { type Mask, maskOf, readPath, type Segment } from './strokes.js';

export interface TextStyle {
  /** Height of a capital, in pixels. */
  height: number;
  colour: Colour;
  /** Width of the pen in tenths of the height; 1.3 where left out. */
  pen?: number;
}

const PEN = 1.3;
const BOLD = 1.8;
const GAP = 2.6;
const SPACE = 3;
const ELLIPSIS = '…';
/** Tops of letters, which marks stand above. */
const CAPITAL_TOP = 10;
const SMALL_TOP = 7;
const TALL = /^[A-Z\u0391-\u03a9\u0400-\u042fbdfhkltŁÆØß0-9]$/;

/** A letter with its marks, or whatever stands for one, in tenths of the height. */
interface Shape {
  width: number;
  segments: Segment[];
  /** The widest pen that leaves it legible. */
  penMax?: number;
}

/** Characters come again and again, so the shape of each is made once; the table stays small. */
const shapes = new Map<string, Shape>();
const SHAPES_MAX = 2000;

export function bold(style: TextStyle): TextStyle {
  return { ...style, pen: BOLD };
}

/** Of the text on one line, in pixels. */
export function textWidth(text: string, { height, pen = PEN }: TextStyle): number {
  let width = 0;
  for (const character of charactersOf(text)) width += advanceOf(character, pen);
  return (Math.max(0, width - gapOf(pen) + pen) * height) / 10;
}

/** Writes the text with its left edge at `x` and its baseline at `baseline`, and returns its right edge. */
export function drawText(canvas: Canvas, text: string, x: number, baseline: number, style: TextStyle): number {
  const { height, pen = PEN } = style;
  const scale = height / 10;
  let left = x + (pen / 2) * scale;
  for (const character of charactersOf(text)) {
    if (character !== ' ') drawCharacter(canvas, character, left, Math.round(baseline), style);
    left += advanceOf(character, pen) * scale;
  }
  return x + textWidth(text, style);
}

/** Writes the text upwards: it begins at `bottom`, and its baseline is the vertical at `x`. */
export function drawTurnedText(canvas: Canvas, text: string, x: number, bottom: number, style: TextStyle): void {
  const { height, pen = PEN, colour } = style;
  const scale = height / 10;
  let way = (pen / 2) * scale;
  for (const character of charactersOf(text)) {
    if (character !== ' ') {
      const shape = shapeOf(character);
      const segments = shape.segments.map(
        ([x1, y1, x2, y2]): Segment => [-y1 * scale, -x1 * scale, -y2 * scale, -x2 * scale],
      );
      const mask = maskOf(segments, penRadius(shape, pen, scale));
      layMask(canvas, mask, Math.round(x), Math.round(bottom - way), colour);
    }
    way += advanceOf(character, pen) * scale;
  }
}

/** The text, or as much of its beginning as `width` pixels hold with an ellipsis behind it. */
export function fitText(text: string, width: number, style: TextStyle): string {
  if (textWidth(text, style) <= width) return text;
  const characters = charactersOf(text);
  let low = 0;
  let high = characters.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (textWidth(`${characters.slice(0, middle).join('')}${ELLIPSIS}`, style) <= width) low = middle;
    else high = middle - 1;
  }
  return `${characters.slice(0, low).join('').trimEnd()}${ELLIPSIS}`;
}

/** As `fitText`, with the end kept as well: file names differ there. */
export function fitMiddle(text: string, width: number, style: TextStyle): string {
  if (textWidth(text, style) <= width) return text;
  const characters = charactersOf(text);
  for (let kept = characters.length - 1; kept > 1; kept--) {
    const head = Math.ceil(kept / 3);
    const short = `${characters.slice(0, head).join('')}${ELLIPSIS}${characters.slice(characters.length - (kept - head)).join('')}`;
    if (textWidth(short, style) <= width) return short;
  }
  return ELLIPSIS;
}

/** Letters with the marks that follow them; anything that is not seen becomes a space. */
function charactersOf(text: string): string[] {
  const clean = text.normalize('NFC').replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ');
  return (clean.match(/\P{M}\p{M}*|\p{M}/gu) ?? []).flatMap(drawable);
}

/** A character as it can be drawn: as it is, as a letter with marks, as several of plainer shape, or else as its code. */
function drawable(character: string): string[] {
  const plain = character.normalize('NFD');
  if (GLYPHS.has(first(plain))) return [plain];
  const plainer = character.normalize('NFKD').match(/\P{M}\p{M}*/gu) ?? [];
  return plainer.length > 0 && plainer.every((part) => GLYPHS.has(first(part))) ? plainer : [character];
}

function first(text: string): string {
  return String.fromCodePoint(text.codePointAt(0) ?? 0);
}

function advanceOf(character: string, pen: number): number {
  return (character === ' ' ? SPACE : shapeOf(character).width) + gapOf(pen);
}

/** Between the middles of the strokes of two letters: what is drawn wider stands farther apart. */
function gapOf(pen: number): number {
  return GAP + pen - PEN;
}

function shapeOf(character: string): Shape {
  const known = shapes.get(character);
  if (known) return known;
  const [letter, ...marks] = [...character];
  const glyph = GLYPHS.get(letter);
  const shape = glyph ? withMarks(glyph, letter, marks) : codeBox(letter);
  if (shapes.size < SHAPES_MAX) shapes.set(character, shape);
  return shape;
}

function withMarks([width, path]: Glyph, letter: string, marks: readonly string[]): Shape {
  const dotless = marks.length > 0 && /[iіι]/.test(letter) ? 'M0,0 L0,7' : path;
  const segments = readPath(dotless);
  for (const mark of marks) {
    const above = MARKS_ABOVE.get(mark);
    const top = TALL.test(letter) ? CAPITAL_TOP : SMALL_TOP;
    if (above) segments.push(...readPath(above, width / 2, top));
    const below = MARKS_BELOW.get(mark);
    if (below) segments.push(...readPath(below, width / 2, 0));
  }
  return { width, segments };
}

const BOX_DIGIT = 0.4;
const BOX_PEN = 0.8;

/** What has no glyph is shown as a box with its code point, so that different names stay different. */
function codeBox(character: string): Shape {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  const columns = Math.max(2, Math.ceil(code.length / 2));
  const digits = code.padStart(2 * columns, '0');
  const width = columns * 4 + 1.4;
  const segments = readPath(`M0,-1 L0,11 L${width},11 L${width},-1 L0,-1`);
  [...digits].forEach((digit, place) => {
    const [, path] = GLYPHS.get(digit) ?? [0, 'M0,0 L0,0'];
    const x = 1.3 + (place % columns) * 4;
    const y = place < columns ? 5.7 : 0.3;
    for (const [x1, y1, x2, y2] of readPath(path)) {
      segments.push([x + x1 * BOX_DIGIT, y + y1 * BOX_DIGIT, x + x2 * BOX_DIGIT, y + y2 * BOX_DIGIT]);
    }
  });
  return { width, segments, penMax: BOX_PEN };
}

/** Places between two pixels at which a letter may stand. */
const STEPS = 4;

/** Letters come again and again, also in one size. */
const masks = new Map<string, Mask>();
const MASKS_MAX = 5000;

function drawCharacter(canvas: Canvas, character: string, x: number, baseline: number, style: TextStyle): void {
  const { height, pen = PEN, colour } = style;
  const column = Math.floor(x);
  const step = Math.floor((x - column) * STEPS);
  const key = `${height} ${pen} ${step} ${character}`;
  let mask = masks.get(key);
  if (!mask) {
    mask = draw(shapeOf(character), step / STEPS, height / 10, pen);
    if (masks.size < MASKS_MAX) masks.set(key, mask);
  }
  layMask(canvas, mask, column, baseline, colour);
}

/** @param x where the mask's origin goes. */
function layMask(canvas: Canvas, { left, top, width, cover }: Mask, x: number, y: number, colour: Colour): void {
  for (let place = 0; place < cover.length; place++) {
    if (cover[place] === 0) continue;
    const row = Math.floor(place / width);
    canvas.blend(x + left + place - row * width, y + top + row, colour, cover[place]);
  }
}

/** A letter whose left edge is at `x` and whose baseline is at 0. */
function draw(shape: Shape, x: number, scale: number, pen: number): Mask {
  const placed = shape.segments.map(
    ([x1, y1, x2, y2]): Segment => [x + x1 * scale, -y1 * scale, x + x2 * scale, -y2 * scale],
  );
  return maskOf(placed, penRadius(shape, pen, scale));
}

function penRadius({ penMax = Number.POSITIVE_INFINITY }: Shape, pen: number, scale: number): number {
  return Math.max(0.5, (Math.min(pen, penMax) * scale) / 2);
}
