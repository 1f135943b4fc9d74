/** Checks a posted specification as far as is known what it will be built for. */
import { type FieldError, type ModelSummary, TrainyardError } from '@trainyard/contracts';
import type { DatasetContent } from '@trainyard/db';
import { buildModel, type ModelSpec, parseModelSpec, summarizeModel } from '@trainyard/engine';

export interface SpecContext {
  /** Where in the request the specification stands, for the pointers of its errors. */
  pointer: string;
  dataset?: Pick<DatasetContent, 'image' | 'classes'> | undefined;
  /** The batch of the summary; 32 by default. */
  batchSize?: number | undefined;
}

export interface CheckedSpec {
  spec: ModelSpec;
  /** Null while the input size or the number of classes is left to a data set. */
  summary: ModelSummary | null;
}

const BATCH_SIZE = 32;
/** Stands for the number of classes where only the shapes before the last layer can be checked. */
const SOME_CLASSES = 2;

/** Throws `invalid_spec` with pointers into the request. */
export function checkSpec(posted: unknown, { pointer, dataset, batchSize = BATCH_SIZE }: SpecContext): CheckedSpec {
  return withPointers(pointer, () => {
    const spec = parseModelSpec(posted);
    const units = unitsOfLastDense(spec);
    const image = spec.input ?? dataset?.image;
    if (image === undefined || (dataset === undefined && units === undefined)) return { spec, summary: null };
    const classes = dataset?.classes.length ?? (typeof units === 'number' ? units : SOME_CLASSES);
    const model = buildModel(spec, { image, classes });
    const known = dataset !== undefined || typeof units === 'number';
    return { spec, summary: known ? summarizeModel(model, batchSize) : null };
  });
}

/** Lets the pointers of a specification's errors begin where the specification stands. */
function withPointers<T>(prefix: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw atPlaces(error, prefix, (errors) => errors.map((each) => ({ ...each, pointer: prefix + each.pointer })));
  }
}

/** The same error with its places told in another way; any other error stays as it is. */
export function atPlaces(error: unknown, prefix: string, tell: (errors: FieldError[]) => FieldError[]): unknown {
  if (!(error instanceof TrainyardError) || error.errors === undefined) return error;
  return new TrainyardError(error.code, `${prefix}${error.detail}`, { errors: tell(error.errors), cause: error });
}

/** Undefined where no dense layer says how many classes there are. */
function unitsOfLastDense({ layers }: ModelSpec): unknown {
  return layers.findLast((layer) => layer.type === 'dense')?.units;
}
