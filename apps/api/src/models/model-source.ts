/** A model in each of the ways in which a request can give it, and where in the request its errors are told. */
import { type FieldError, type Model, type TrainingOptions, TrainyardError } from '@trainyard/contracts';
import { importKeras, type ModelSpec, parseModelSpec } from '@trainyard/engine';
import { requireOneOf } from '../schemas/one-of-fields.js';

export interface ModelSource {
  readonly spec: ModelSpec;
  /** What came with the model about training; null where that is nothing. */
  readonly training: TrainingOptions | null;
  /** What of a Keras document was left out, because it changes nothing. */
  readonly notes: readonly string[];
  readonly place: ModelPlace;
}

/** Where a model stands in a request. */
interface ModelPlace {
  readonly pointer: string;
  /** What is wrong with the model, as errors of the request. */
  tell(errors: readonly FieldError[]): FieldError[];
  /** In front of the whole error's text. */
  readonly preface: string;
}

const ONE_FORM = 'Give either `spec`, a specification, or `keras`, a Keras document.';

/** Of a body that has a `spec` or a `keras`. Throws `invalid_request` for both or neither, and `invalid_spec`. */
export function postedSource(body: { readonly spec?: unknown; readonly keras?: unknown }): ModelSource {
  requireOneOf(body, ['spec', 'keras'], ONE_FORM);
  return body.spec === undefined ? kerasSource(body.keras, '/keras') : specSource(body.spec, '/spec');
}

/** Throws `invalid_spec` with pointers into the request. */
export function specSource(posted: unknown, pointer: string): ModelSource {
  const place = placeAt(pointer);
  const spec = atPlace(place, () => parseModelSpec(posted));
  return { spec, training: null, notes: [], place };
}

/** Throws `invalid_spec` with pointers into the request; where the document is text, they go on inside it. */
export function kerasSource(posted: unknown, pointer: string): ModelSource {
  const place = placeAt(pointer);
  return atPlace(place, () => {
    const { spec, pointers, training, notes } = importKeras(posted);
    const isTrained = Object.keys(training).length > 0;
    return {
      spec: parseModelSpec(spec, { pointers }),
      training: isTrained ? training : null,
      notes: notes.map(storable),
      place,
    };
  });
}

/** Text within text escapes the check that the rest of a body passes; Postgres takes neither NUL nor half a pair. */
function storable(text: string): string {
  return text.replaceAll(/[\0\p{Surrogate}]/gu, '\ufffd');
}

/** @param pointer where the request names it, or what it may not fit */
export function storedSource(stored: Model, pointer = '/model_id'): ModelSource {
  const place = wholePlace(pointer, `The model ${stored.id} does not fit this data set. `);
  const spec = atPlace(place, () => parseModelSpec(stored.spec));
  return { spec, training: stored.training_defaults, notes: stored.notes, place };
}

/** For a model that the request does not hold: all its errors are told at one place. */
export function wholePlace(pointer: string, preface: string): ModelPlace {
  const tell: ModelPlace['tell'] = (errors) =>
    errors.map((error) => ({ pointer, detail: `${error.pointer}: ${error.detail}` }));
  return { pointer, preface, tell };
}

function placeAt(prefix: string): ModelPlace {
  return {
    pointer: prefix,
    tell: (errors) => errors.map(({ pointer, detail }) => ({ pointer: prefix + pointer, detail })),
    preface: prefix,
  };
}

/** Lets the errors of a model's check be told where the request has the model. */
export function atPlace<T>({ tell, preface }: ModelPlace, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof TrainyardError) || error.errors === undefined) throw error;
    throw new TrainyardError(error.code, `${preface}${error.detail}`, { errors: tell(error.errors), cause: error });
  }
}
