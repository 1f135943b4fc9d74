/** ROC and precision-recall curves of every class against the rest, or of every label, with their mean areas. */
import type { Curve, CurveSet } from '@trainyard/contracts';
import { averagePrecision, precisionRecallPoints } from './precision-recall.js';
import { columnOf, type LabelledPredictions, meanOf, membershipOf, ratio } from './predictions.js';
import { type CurvePoint, rocArea, rocPoints } from './roc.js';
import { thinCurve } from './thin-curve.js';
import { type Thresholds, thresholdsOf } from './thresholds.js';

/** Points of all curves of one kind together. */
const POINTS_MAX = 2000;
const CURVE_POINTS_MAX = 100;
const CURVE_POINTS_MIN = 20;
/** More scores than this are not put in one order for the micro average. */
const MICRO_MAX = 5_000_000;

export interface CurveSets {
  roc: CurveSet;
  precisionRecall: CurveSet;
  /** Of each class or label. */
  areas: { roc: number | null; precisionRecall: number | null }[];
}

/** Where binary there is one curve, of class 1. */
export function curveSets(rows: LabelledPredictions): CurveSets {
  const places = rows.names.map((_, place) => place);
  const drawn = rows.task === 'binary' ? [1] : places;
  const most = Math.max(CURVE_POINTS_MIN, Math.min(CURVE_POINTS_MAX, Math.floor(POINTS_MAX / drawn.length)));
  const roc: Weighed[] = [];
  const precisionRecall: Weighed[] = [];
  const areas = places.map((place) => {
    const thresholds = thresholdsOf(columnOf(rows, place), membershipOf(rows, place));
    const found = { roc: rocArea(thresholds), precisionRecall: averagePrecision(thresholds) };
    if (drawn.includes(place)) {
      add(roc, rows.names[place], found.roc, thresholds, () => thinCurve(rocPoints(thresholds), most));
      add(precisionRecall, rows.names[place], found.precisionRecall, thresholds, () =>
        thinCurve(precisionRecallPoints(thresholds), most),
      );
    }
    return found;
  });
  const micro = microThresholds(rows);
  return {
    roc: toSet(roc, micro && rocArea(micro)),
    precisionRecall: toSet(precisionRecall, micro && averagePrecision(micro)),
    areas,
  };
}

interface Weighed extends Curve {
  weight: number;
}

function add(
  curves: Weighed[],
  name: string,
  area: number | null,
  { positives }: Thresholds,
  points: () => CurvePoint[],
): void {
  if (area !== null) curves.push({ name, area, weight: positives, points: points() });
}

/** Means over the curves that there are: those of classes without images are left out. */
function toSet(curves: readonly Weighed[], micro: number | null): CurveSet {
  const total = curves.reduce((sum, { weight }) => sum + weight, 0);
  const weighted = curves.reduce((sum, { area, weight }) => sum + area * weight, 0);
  const none = curves.length === 0;
  return {
    macro: none ? null : meanOf(curves.map(({ area }) => area)),
    weighted: none ? null : ratio(weighted, total),
    micro,
    curves: curves.map(({ weight: _, ...curve }) => curve),
  };
}

/** Every class or label of every image as a row of its own. Null where binary, or where there are too many. */
function microThresholds(rows: LabelledPredictions): Thresholds | null {
  const width = rows.names.length;
  const size = rows.count * width;
  if (rows.task === 'binary' || size === 0 || size > MICRO_MAX) return null;
  const has = new Uint8Array(size);
  for (let place = 0; place < width; place++) {
    for (const [row, is] of membershipOf(rows, place).entries()) has[row * width + place] = is;
  }
  return thresholdsOf(Float64Array.from(rows.predictions.subarray(0, size)), has);
}
