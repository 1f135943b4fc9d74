/** Points in a plane, in groups: trials by a parameter, images by two components. */
import type { Box, Canvas, Colour } from '../canvas.js';
import { bold, drawText, fitMiddle, textWidth } from '../text.js';
import { type AxisScale, namedScale, scaleOf } from './axis-scale.js';
import { HEIGHT, hue, LABEL, PAPER, WIDTH } from './chart-theme.js';
import { drawFrame, type PlotFrame } from './plot-frame.js';
import { drawDot, type Point } from './shapes.js';

export interface ScatterGroup {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly colour?: Colour;
}

export interface Scatter {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xDomain?: readonly [number, number];
  readonly yDomain?: readonly [number, number];
  readonly logX?: boolean;
  readonly logY?: boolean;
  /** Where x is a choice: its names, and points have their places in this list, from 0. */
  readonly xNames?: readonly string[];
  readonly groups: readonly ScatterGroup[];
  /** Whether each group's name is also written in its middle. */
  readonly nameGroups?: boolean;
  readonly width?: number;
  readonly height?: number;
}

/** Few points are drawn large, many small and thin. */
const SIZES = [
  { most: 100, radius: 9, cover: 0.85 },
  { most: 600, radius: 7, cover: 0.75 },
  { most: 3000, radius: 5, cover: 0.6 },
  { most: Number.POSITIVE_INFINITY, radius: 3.5, cover: 0.45 },
] as const;
const NAME_WIDTH = 260;
/** From the name of one group to the next below it. */
const NAME_PITCH = 28;
const RIM = [
  ...[
    [-3, -3],
    [0, -4],
    [3, -3],
    [-4, 0],
  ],
  ...[
    [4, 0],
    [-3, 3],
    [0, 4],
    [3, 3],
  ],
] as const;

/** A PNG. */
export function scatter(chart: Scatter): Uint8Array<ArrayBuffer> {
  const { groups, xNames, title, xLabel, yLabel } = chart;
  const frame = drawFrame({
    ...{ title, xLabel, yLabel },
    width: chart.width ?? WIDTH,
    height: chart.height ?? HEIGHT,
    legend: groups
      .map(({ name, colour }, place) => ({ name, colour: colour ?? hue(place), sample: 'dot' as const }))
      .filter(({ name }) => name !== ''),
    x: xNames ? namedScale(xNames) : widened(chart, 0),
    y: widened(chart, 1),
  });
  const count = groups.reduce((sum, { points }) => sum + points.length, 0);
  const size = SIZES.find(({ most }) => count <= most) ?? SIZES[0];
  for (const { point, colour } of mixed(groups)) {
    drawDot(frame.canvas, frame.pointOf(point), size.radius, { colour, cover: size.cover }, frame.plot);
  }
  const taken: Box[] = [];
  for (const [place, group] of chart.nameGroups ? groups.entries() : []) {
    drawName(frame, group, group.colour ?? hue(place), taken);
  }
  return frame.canvas.toPng();
}

/** A scale a little wider than the values, so that no point lies on its edge. */
function widened(chart: Scatter, axis: 0 | 1): AxisScale {
  const domain = axis === 0 ? chart.xDomain : chart.yDomain;
  const log = axis === 0 ? chart.logX : chart.logY;
  const values = chart.groups.flatMap(({ points }) => points.map((point) => point[axis]));
  const options = { domain, log, wanted: axis === 0 ? 8 : 6 };
  const tight = scaleOf(values, options);
  if (domain !== undefined) return tight;
  const { low, high } = tight;
  const wide: [number, number] = log
    ? [low * (low / high) ** 0.04, high * (high / low) ** 0.04]
    : [low - 0.04 * (high - low), high + 0.04 * (high - low)];
  return scaleOf(values, { ...options, domain: wide });
}

/** A point of each group in turn, so that none hides the others. */
function* mixed(groups: readonly ScatterGroup[]) {
  const longest = groups.reduce((most, { points }) => Math.max(most, points.length), 0);
  const colours = groups.map(({ colour }, place) => colour ?? hue(place));
  for (let rank = 0; rank < longest; rank++) {
    for (const [place, { points }] of groups.entries()) {
      if (rank < points.length) yield { point: points[rank], colour: colours[place] };
    }
  }
}

/** In the middle of the group's points, or as near to it as other names leave room. */
function drawName(
  { canvas, plot, pointOf }: PlotFrame,
  { name, points }: ScatterGroup,
  colour: Colour,
  taken: Box[],
): void {
  if (points.length === 0 || name === '') return;
  const [x, y] = pointOf([medianOf(points, 0), medianOf(points, 1)]);
  const text = fitMiddle(name, NAME_WIDTH, LABEL);
  const wide = textWidth(text, bold(LABEL));
  const left = Math.max(plot.x, Math.min(plot.x + plot.width - wide, x - wide / 2));
  const boxAt = (row: number): Box => ({ x: left, y: y + row * NAME_PITCH, width: wide, height: NAME_PITCH });
  const rows = Array.from({ length: 2 * taken.length + 1 }, (_, i) => (i % 2 === 0 ? i / 2 : -(i + 1) / 2));
  const box = boxAt(rows.find((row) => !taken.some((other) => overlap(other, boxAt(row)))) ?? 0);
  taken.push(box);
  writeOnPoints(canvas, text, [left, box.y + LABEL.height / 2], darker(colour));
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Text with a rim of paper around it, so that it can be read over points. */
function writeOnPoints(canvas: Canvas, text: string, [x, baseline]: Point, colour: Colour): void {
  const style = bold(LABEL);
  for (const [dx, dy] of RIM) {
    drawText(canvas, text, x + dx, baseline + dy, { ...style, colour: PAPER });
  }
  drawText(canvas, text, x, baseline, { ...style, colour });
}

function darker([red, green, blue]: Colour): Colour {
  return [Math.round(red * 0.65), Math.round(green * 0.65), Math.round(blue * 0.65)];
}

function medianOf(points: ScatterGroup['points'], axis: 0 | 1): number {
  const sorted = points.map((point) => point[axis]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
