/** What a ready-made model is: a specification as a client would post it, and a training to start from. */
import type { TrainingOptions } from '@trainyard/contracts';

/** A layer as it is posted: what is left out has Keras' default. */
export interface PresetLayer {
  readonly type: string;
  readonly name: string;
  readonly [argument: string]: unknown;
}

export interface PresetSpec {
  readonly input: { readonly width: number; readonly height: number; readonly channels: 1 | 3 };
  readonly layers: readonly PresetLayer[];
}

export interface Preset {
  readonly id: string;
  readonly name: string;
  /** One or two sentences: where the model comes from, and how large it is with ten classes. */
  readonly summary: string;
  readonly spec: PresetSpec;
  /** Suggested, not required. */
  readonly training: TrainingOptions;
}

/** The usual last layer: a probability for each class of the data set. */
export function classifier(name: string, options: Readonly<Record<string, unknown>> = {}): PresetLayer {
  return { type: 'dense', name, units: 'classes', activation: 'softmax', ...options };
}
