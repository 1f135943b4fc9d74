/** The size of a model's images. */
import { describeReceived } from '../spec/expectation.js';
import type { InputSpec } from '../spec/schema.js';
import { fieldOf, isRecord, type JsonRecord, type Located, locate } from './json.js';
import type { ImportSession } from './session.js';

const MAX_SIDE = 1024;

export interface KerasInput {
  /** Undefined where the model leaves its size open. */
  readonly input: InputSpec | undefined;
  /** Whether Keras' images have rows and columns alone. */
  readonly isFlat: boolean;
}

export const OPEN_INPUT: KerasInput = { input: undefined, isFlat: false };

/** The first shape that is there, without the batch: of an InputLayer, a first layer or a model. */
export function findShape(...places: readonly Located<JsonRecord>[]): Located<readonly unknown[]> | null {
  for (const place of places) {
    for (const key of ['batch_shape', 'batch_input_shape', 'build_input_shape', 'input_shape']) {
      const { value, pointer } = locate(place, key);
      if (!Array.isArray(value)) continue;
      // A layer's `input_shape` has no batch, that of a `build_config` has.
      const isWhole = key === 'input_shape' && !pointer.endsWith('build_config/input_shape');
      return { value: isWhole ? value : value.slice(1), pointer };
    }
  }
  return null;
}

export function buildConfigOf(model: Located<JsonRecord>): Located<JsonRecord>[] {
  const { value, pointer } = locate(model, 'build_config');
  return isRecord(value) ? [{ value, pointer }] : [];
}

/** Reads a shape; what it cannot be is refused. */
export function readInput(found: Located<readonly unknown[]>, session: ImportSession): KerasInput {
  const { value: shape, pointer } = found;
  const refuse = (problem: string): KerasInput => {
    session.refuse(pointer, `${problem}; received ${describeReceived(shape)}`);
    return OPEN_INPUT;
  };
  if (shape.length === 1) return refuse('expected images of [height, width, channels], not vectors');
  if (shape.length !== 2 && shape.length !== 3) return refuse('expected images of [height, width, channels]');
  const [height, width, channels] = order(shape, session);
  if (channels !== 1 && channels !== 3) {
    return refuse(
      `expected 1 or 3 channels, as grey or colour images have, and not ${describeReceived(channels)} (${session.dataFormat})`,
    );
  }
  if (height === null || width === null) {
    session.note('the model leaves the size of its images open; the data set decides');
    return OPEN_INPUT;
  }
  if (!isSide(height) || !isSide(width)) return refuse(`expected a height and a width of 1 to ${MAX_SIDE}`);
  return { input: { width, height, channels }, isFlat: shape.length === 2 };
}

/** Height, width and channels. */
function order(shape: readonly unknown[], { dataFormat }: ImportSession): readonly unknown[] {
  if (shape.length === 2) return [...shape, 1];
  return dataFormat === 'channels_first' ? [shape[1], shape[2], shape[0]] : shape;
}

function isSide(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_SIDE;
}

/** Notes a batch size: ours is the training's. */
export function noteBatch(place: JsonRecord, session: ImportSession): void {
  const shape = fieldOf(place, 'batch_shape') ?? fieldOf(place, 'batch_input_shape');
  if (Array.isArray(shape) && typeof shape[0] === 'number') {
    session.note(`the batch size of ${shape[0]} is left out; a training sets its own`);
  }
}
