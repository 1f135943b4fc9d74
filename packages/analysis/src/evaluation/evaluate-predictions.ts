/** All figures of an evaluation, out of the predictions of a split and its labels. */
import type { EvaluationResult, Split, TemperatureScaling } from '@trainyard/contracts';
import { calibrationOf, logLoss } from './calibration.js';
import { classificationFigures } from './classification.js';
import { labelErrors, worstMistakes } from './evaluated-images.js';
import { multilabelFigures } from './multilabel.js';
import type { LabelledPredictions } from './predictions.js';
import { regressionFigures } from './regression.js';
import { fitTemperature, scaleProbabilities } from './temperature.js';

type Figures = Omit<EvaluationResult, 'split' | 'metrics'>;

/** @param fileOf the name of the image of a row */
export function evaluatePredictions(rows: LabelledPredictions, fileOf: (row: number) => string): Figures {
  const { task, count, names } = rows;
  const mistakes = worstMistakes(rows, fileOf);
  const figures = { task, count, names: [...names], mistakes: mistakes.images };
  if (task === 'regression') {
    const { targets, averages } = regressionFigures(rows);
    return { ...figures, targets, ...(averages ? { averages_over_targets: averages } : {}) };
  }
  const calibration = calibrationOf(rows);
  return {
    ...figures,
    ...(task === 'multilabel' ? multilabelFigures(rows) : classificationFigures(rows)),
    ...(calibration ? { calibration } : {}),
    mistake_count: mistakes.count,
    label_errors: labelErrors(rows, fileOf),
  };
}

/** A temperature that was fitted on one split, and what the probabilities of another are worth with it. */
export function temperatureScaling(
  fittedOn: LabelledPredictions & { split: Split },
  rows: LabelledPredictions,
): TemperatureScaling | null {
  const { temperature, isAtBound } = fitTemperature(fittedOn);
  const scaled = (given: LabelledPredictions) => ({ ...given, predictions: scaleProbabilities(given, temperature) });
  const calibration = calibrationOf(scaled(rows));
  if (calibration === null) return null;
  return {
    temperature,
    fitted_on: {
      split: fittedOn.split,
      count: fittedOn.count,
      log_loss_before: logLoss(fittedOn),
      log_loss_after: logLoss(scaled(fittedOn)),
    },
    at_bound: isAtBound,
    calibration,
  };
}
