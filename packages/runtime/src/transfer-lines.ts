/** What the log of a job is told of the weights that it begins with and of the layers that are frozen. */
import type { Training, TrainingTask } from '@trainyard/contracts';
import type { FrozenWeights } from './frozen-weights.js';
import type { TrainingPhase } from './phases.js';

/** Lines for layers that do not match; a model with more is not gone through. */
const UNMATCHED_MAX = 20;

/** Which layers begin with the weights of a checkpoint, and which not and why. */
export function initialLines({ transfer }: Pick<TrainingTask, 'transfer'>): string[] {
  if (!transfer?.source) return [];
  const { matched, unmatched, unused } = transfer.source.matches;
  const names = matched.map(({ layer }) => layer);
  const parameters = matched.reduce((sum, each) => sum + each.parameters, 0);
  const shown = unmatched.slice(0, UNMATCHED_MAX);
  const more = unmatched.length - shown.length;
  return [
    `${names.length} layers have its weights (${parameters} numbers): ${names.join(', ')}.`,
    ...shown.map(({ layer, detail }) => `${layer} does not have them. ${detail}`),
    ...(more > 0 ? [`Nor do ${more} more layers.`] : []),
    ...(unused.length > 0 ? [`The model has no place for these layers of the checkpoint: ${unused.join(', ')}.`] : []),
  ];
}

/** Which layers a phase trains, and how. */
export function phaseLine(
  { first, last, frozen, rateFactor }: TrainingPhase,
  { epochs }: Pick<Training, 'epochs'>,
): string {
  const which =
    first === 1 && last === epochs ? 'All epochs' : first === last ? `Epoch ${first}` : `Epochs ${first} to ${last}`;
  if (frozen.length > 0) return `${which}: these layers are frozen: ${frozen.join(', ')}.`;
  if (first === 1) return `${which}: no layer is frozen.`;
  return `${which}: all layers are trained, with ${rateFactor} times the learning rate. The optimizer begins anew.`;
}

export function frozenLine(layers: readonly string[], { tensors, parameters, digest }: FrozenWeights): string {
  return `The frozen layers (${layers.join(', ')}: ${tensors} tensors, ${parameters} numbers) hold the same bytes as at the start, ${digest}.`;
}
