/** Whether a model's images have their channels last or first. One holds for all of it. */
import { describeReceived } from '../spec/expectation.js';
import { layersOf } from './entry.js';
import { fieldOf, isRecord, type JsonRecord, type Located, locate, pointerTo, textOf } from './json.js';
import type { DataFormat } from './session.js';

const FORMATS: ReadonlyMap<unknown, DataFormat> = new Map<unknown, DataFormat>([
  ['channels_last', 'channels_last'],
  ['channels_first', 'channels_first'],
  ['channelsLast', 'channels_last'],
  ['channelsFirst', 'channels_first'],
  ['tf', 'channels_last'],
  ['th', 'channels_first'],
]);

/** Keras' word for the format of its own settings. */
const BY_DEFAULT = 'default';

/** How a flattened image is ordered makes no difference to a model that is yet to be trained. */
const WITHOUT_EFFECT = ['Flatten'];

interface Found {
  readonly layer: string;
  readonly pointer: string;
  readonly value: unknown;
}

/** The format, and what is wrong where there is more than one. A layer that names none follows the others. */
export function findDataFormat(config: Located): { format: DataFormat; errors: [string, string][] } {
  const found = formatsIn(config);
  const [first] = found.filter(({ value }) => FORMATS.has(value));
  const format = (first && FORMATS.get(first.value)) ?? 'channels_last';
  const wrong = found.filter(({ value }) => FORMATS.get(value) !== format);
  return { format, errors: wrong.map((each) => [each.pointer, explain(each, first)]) };
}

function explain({ layer, value }: Found, first: Found | undefined): string {
  const expected = first
    ? `one format for the whole model, ${describeReceived(first.value)} as in layer "${first.layer}"`
    : 'channels_last or channels_first';
  return `layer "${layer}": expected ${expected}; received ${describeReceived(value)}`;
}

function formatsIn(config: Located): Found[] {
  const { value, pointer } = layersOf(config);
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown, i) =>
    isRecord(entry) ? formatsOf({ value: entry, pointer: pointerTo(pointer, i) }) : [],
  );
}

function formatsOf(entry: Located<JsonRecord>): Found[] {
  const place = locate(entry, 'config');
  if (Array.isArray(place.value)) return formatsIn(place);
  if (!isRecord(place.value)) return [];
  const config = place.value;
  const inner = Array.isArray(fieldOf(config, 'layers')) ? formatsIn(place) : [];
  const className = textOf(entry.value, 'class_name') ?? '';
  const key = ['data_format', 'dim_ordering'].find((key) => (fieldOf(config, key) ?? BY_DEFAULT) !== BY_DEFAULT);
  if (key === undefined || WITHOUT_EFFECT.includes(className)) return inner;
  const pointer = pointerTo(place.pointer, key);
  return [...inner, { layer: textOf(config, 'name') ?? className, pointer, value: fieldOf(config, key) }];
}
