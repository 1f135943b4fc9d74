/** The charts of an evaluation, out of its result. */
import type { Curve, CurveSet, EvaluationPicture, EvaluationResult } from '@trainyard/contracts';
import type { Chart, Colour } from '@trainyard/pictures';
import { confusionChart } from './evaluation-confusion.js';

/** Curves in one picture; of more the worst are drawn. */
const CURVES_MAX = 10;

const UNIT = [0, 1] as const;
const FAINT: Colour = [150, 158, 172];

/** Those that are no sheets of images. */
export type ChartedPicture = Exclude<EvaluationPicture, 'mistakes' | 'label-errors'>;

export function evaluationChart(result: EvaluationResult, name: ChartedPicture): Chart {
  switch (name) {
    case 'confusion':
      return confusionChart(result);
    case 'roc':
      return rocChart(result);
    case 'precision-recall':
      return precisionRecallChart(result);
    case 'reliability':
      return reliabilityChart(result);
    case 'residuals':
      return residualsChart(result);
  }
}

function rocChart({ roc }: EvaluationResult): Chart {
  return {
    type: 'line',
    title: curvesTitle('ROC curves', 'area under the curve', roc),
    xLabel: 'false positive rate',
    yLabel: 'true positive rate',
    xDomain: UNIT,
    yDomain: UNIT,
    diagonal: 'guessing, 0.5',
    series: curveSeries(roc),
  };
}

function precisionRecallChart({ precision_recall }: EvaluationResult): Chart {
  return {
    type: 'line',
    title: curvesTitle('Precision and recall', 'average precision', precision_recall),
    xLabel: 'recall',
    yLabel: 'precision',
    xDomain: UNIT,
    yDomain: UNIT,
    series: curveSeries(precision_recall),
  };
}

function curvesTitle(what: string, area: string, set: CurveSet | undefined): string {
  const drawn = set?.curves.length ?? 0;
  const mean = set?.macro == null ? '' : `, ${area} ${set.macro.toFixed(4)}${drawn > 1 ? ' on average' : ''}`;
  return `${what}${mean}${drawn > CURVES_MAX ? ` (the ${CURVES_MAX} worst of ${drawn})` : ''}`;
}

function curveSeries(set: CurveSet | undefined) {
  const curves: readonly Curve[] = set?.curves ?? [];
  const shown = curves.length <= CURVES_MAX ? curves : [...curves].sort((a, b) => a.area - b.area).slice(0, CURVES_MAX);
  return shown.map(({ name, area, points }) => ({
    name: `${name}, ${area.toFixed(4)}`,
    points: points.map(([x, y]): [number, number] => [x ?? 0, y ?? 0]),
  }));
}

const RELIABILITY: Readonly<Record<'top_class' | 'positive_class' | 'labels', string>> = {
  top_class: 'probability of the predicted class',
  positive_class: 'probability of the second class',
  labels: 'probability of a label',
};

function reliabilityChart({ calibration, temperature_scaling: scaling, count }: EvaluationResult): Chart {
  const bins = calibration?.bins ?? [];
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  const series = [
    {
      name: 'share of the images',
      colour: FAINT,
      points: bins.map((bin): [number, number] => [(bin.low + bin.high) / 2, bin.count / (total || 1)]),
      area: true,
    },
    { name: `as it is, error ${(calibration?.ece ?? 0).toFixed(4)}`, points: reliabilityPoints(bins) },
  ];
  const scaled = scaling && {
    name: `at temperature ${scaling.temperature.toFixed(3)}, error ${scaling.calibration.ece.toFixed(4)}`,
    points: reliabilityPoints(scaling.calibration.bins),
    dashed: true,
  };
  return {
    type: 'line',
    title: `Reliability on ${count} images: expected calibration error ${(calibration?.ece ?? 0).toFixed(4)}`,
    xLabel: RELIABILITY[calibration?.of ?? 'top_class'],
    yLabel: 'how often it is right',
    xDomain: UNIT,
    yDomain: UNIT,
    diagonal: 'well calibrated',
    series: scaled ? [...series, scaled] : series,
  };
}

function reliabilityPoints(bins: readonly { confidence: number; accuracy: number }[]): [number, number][] {
  return bins.map(({ confidence, accuracy }) => [confidence, accuracy]);
}

/** The first target where there are several: each has a unit of its own. */
function residualsChart({ targets = [] }: EvaluationResult): Chart {
  const [target] = targets;
  const several = targets.length > 1 ? ` (the first of ${targets.length} targets)` : '';
  const figures = `MAE ${short(target.mae)}, RMSE ${short(target.rmse)}${target.r2 === null ? '' : `, R² ${target.r2.toFixed(4)}`}`;
  return {
    type: 'scatter',
    title: `Residuals of ${target.name}${several}: ${figures}`,
    xLabel: `predicted ${target.name}`,
    yLabel: 'actual − predicted',
    groups: [
      {
        name: '',
        points: target.residuals.points.map(([actual, predicted]): [number, number] => [predicted, actual - predicted]),
      },
    ],
  };
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
