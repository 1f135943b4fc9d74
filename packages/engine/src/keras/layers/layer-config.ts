/** The configuration of one Keras layer, with what is known of its place in the model. */
import { KerasConfig } from '../config.js';
import type { JsonRecord } from '../json.js';
import type { ImportSession } from '../session.js';

/** As far as the import needs to know what a layer gets: whether axes of an image can be meant. */
export type FeatureKind = 'image' | 'vector';

/** A number among the tensors that an operation is called with. */
export interface Constant {
  readonly value: number;
  /** Its place among the arguments. */
  readonly place: number;
}

export interface LayerPlace {
  readonly name: string;
  readonly className: string;
  readonly inputs: readonly FeatureKind[];
  readonly constants: readonly Constant[];
}

export class LayerConfig extends KerasConfig {
  readonly place: LayerPlace;

  constructor(session: ImportSession, place: LayerPlace, config: { value: JsonRecord; pointer: string }) {
    super(session, `layer "${place.name}" (${place.className})`, config.value, config.pointer);
    this.place = place;
  }

  get takesImage(): boolean {
    return this.place.inputs[0] === 'image';
  }

  /**
   * An axis, or a list of them, as it is where channels come last. Keras counts the batch as axis 0.
   *
   * @param byDefault what holds where the key is left out
   */
  axes(key: string, byDefault?: number | readonly number[]): unknown {
    const set = this.take(key);
    const isTurned = this.session.dataFormat === 'channels_first' && this.takesImage;
    if (!isTurned) return set;
    const value = set ?? byDefault;
    return Array.isArray(value) ? value.map(channelsLast) : channelsLast(value);
  }
}

/** Where the axes of [batch, channels, height, width] are in [batch, height, width, channels]. */
const TURNED = [0, 3, 1, 2];

function channelsLast(axis: unknown): unknown {
  if (typeof axis !== 'number') return axis;
  return TURNED[axis < 0 ? axis + TURNED.length : axis] ?? axis;
}
