/** A remedy out of a changed body, and the figure that it is to improve. */
import type { DiagnosisRemedy } from '@trainyard/contracts';
import type { Readings } from '../readings.js';
import { type JobBody, posted } from './job-edits.js';

export function remedy(
  title: string,
  why: string,
  promises: DiagnosisRemedy['promises'],
  body: JobBody,
): DiagnosisRemedy {
  return { title, why, promises, apply: posted(body, title) };
}

/** Accuracy where there is one; else the loss. */
export function betterScore({ facts }: Readings): DiagnosisRemedy['promises'] {
  const hasAccuracy = facts.training.metrics.some(({ type }) => type === 'accuracy');
  return hasAccuracy ? { metric: 'val_accuracy', direction: 'up' } : lowerLoss;
}

export const lowerLoss: DiagnosisRemedy['promises'] = { metric: 'val_loss', direction: 'down' };
