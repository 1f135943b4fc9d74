/** Layers that join several inputs. */
import type { LayerConfig } from './layer-config.js';
import type { Argument, LayerRule, LayerRules } from './rule.js';

const merge = (type: string): LayerRule => ({ type, merges: true, arguments: {} });

/** Keras joins along the last axis unless it is told another. */
const axis: Argument = (config) => config.axes('axis', -1);

/** What the modes of Keras 1's Merge are called since. */
const MODES: Readonly<Record<string, string>> = {
  sum: 'add',
  mul: 'multiply',
  ave: 'average',
  max: 'maximum',
  concat: 'concatenate',
};

function modeOf(config: LayerConfig): string | null {
  const mode = config.take('mode') ?? 'sum';
  if (typeof mode === 'string' && Object.hasOwn(MODES, mode)) return MODES[mode];
  config.refuse('mode', `supported are ${Object.keys(MODES).join(', ')}`);
  return null;
}

const NO_CODE = 'nearest is to leave it out: no code is run';

export const merging: LayerRules = {
  Add: merge('add'),
  Subtract: merge('subtract'),
  Multiply: merge('multiply'),
  Average: merge('average'),
  Maximum: merge('maximum'),
  Concatenate: { type: 'concatenate', merges: true, arguments: { axis } },
  Merge: {
    type: modeOf,
    merges: true,
    arguments: {
      axis: (config) => {
        const value = config.axes('concat_axis', -1);
        return config.take('mode') === 'concat' ? value : undefined;
      },
    },
    // Keras 1 writes the settings of every mode.
    only: {
      dot_axes: [[-1, [-1, -1]], 'leave it out'],
      output_shape: [[], NO_CODE],
      output_shape_type: [['raw'], NO_CODE],
      output_mask: [[], NO_CODE],
      output_mask_type: [['raw'], NO_CODE],
      mode_type: [['raw'], NO_CODE],
      arguments: [[{}], NO_CODE],
      node_indices: [[], 'leave it out'],
      tensor_indices: [[], 'leave it out'],
    },
  },
};
