/** Says why a loss does not fit a model, and what to change. */
import type { Head } from '../model/head.js';
import type { LossDefinition } from './loss.js';

/** Activations that the last layer could end in instead, the most usual first. */
const ENDS = ['softmax', 'sigmoid', 'linear'];

/** What a model of the task usually ends in. */
const END_OF_TASK: Readonly<Record<Head['task'], string>> = {
  multiclass: 'softmax',
  binary: 'sigmoid',
  multilabel: 'sigmoid',
  regression: 'linear',
};

/** @param all the losses that may be proposed instead */
export function describeMismatch(loss: LossDefinition, head: Head, all: readonly LossDefinition[]): string {
  const remedies = [...endings(loss, head), ...replacements(head, all)];
  const remedy =
    remedies.length > 0
      ? remedies.join(', or ')
      : `end the last layer in "${END_OF_TASK[head.task]}" and use a loss for it`;
  return (
    `"${loss.type}" expected ${loss.expects}; received a ${head.task} model that ends in "${head.activation}". ` +
    capitalized(remedy)
  );
}

function capitalized(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}

/** Ends of the model that the loss would fit. */
function endings(loss: LossDefinition, head: Head): string[] {
  const end = ENDS.find((activation) => loss.fits({ ...head, activation }));
  if (end) return [`end the last layer in "${end}"`];
  const pair: Head = { task: 'multiclass', units: 2, activation: 'softmax' };
  return head.task === 'binary' && loss.fits(pair) ? ['give the last layer 2 units and "softmax"'] : [];
}

function replacements(head: Head, all: readonly LossDefinition[]): string[] {
  const names = namesOf(all, (loss) => loss.fits(head));
  return names ? [`use the loss ${names}`] : [];
}

/** "a", "b" or "c" */
export function namesOf(all: readonly LossDefinition[], suits: (loss: LossDefinition) => boolean): string {
  const names = all.filter(suits).map(({ type }) => `"${type}"`);
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`;
}
