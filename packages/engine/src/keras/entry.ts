/** One entry of a model's list of layers. */
import { describeReceived } from '../spec/expectation.js';
import { FUNCTIONAL, SEQUENTIAL } from './document.js';
import { fieldOf, isRecord, type JsonRecord, type Located, locate, pointerTo, textOf } from './json.js';
import { isCustom } from './objects/keras-object.js';
import type { ImportSession } from './session.js';

export interface LayerEntry {
  readonly className: string;
  readonly module: string | undefined;
  readonly isCustom: boolean;
  readonly name: string;
  /** The layer's arguments. */
  readonly config: Located<JsonRecord>;
  /** The same for a model within the model, which may be a list. */
  readonly modelConfig: Located;
  /** The entry itself. */
  readonly place: Located<JsonRecord>;
}

export function isSequential({ className }: LayerEntry): boolean {
  return SEQUENTIAL.includes(className);
}

export function isFunctional({ className }: LayerEntry): boolean {
  return FUNCTIONAL.includes(className);
}

/** The layers of a model, in the order of its list. */
export function readEntries(config: Located, session: ImportSession): LayerEntry[] {
  const { value, pointer } = layersOf(config);
  if (!Array.isArray(value) || value.length === 0) {
    session.refuse(pointer, `expected a list of layers; received ${describeReceived(value)}`);
    return [];
  }
  return value.flatMap((entry: unknown, i) => readEntry({ value: entry, pointer: pointerTo(pointer, i) }, session));
}

/** Before Keras 2.2 the configuration of a Sequential model is the list itself. */
export function layersOf({ value, pointer }: Located): Located {
  return isRecord(value) ? locate({ value, pointer }, 'layers') : { value, pointer };
}

/** Layers of a model and of those within it, as far as there are any. */
export function countLayers(config: Located): number {
  const { value, pointer } = layersOf(config);
  if (!Array.isArray(value)) return 0;
  return value.reduce((sum: number, entry: unknown) => {
    const inner = isRecord(entry) ? countLayers({ value: fieldOf(entry, 'config'), pointer }) : 0;
    return sum + Math.max(inner, 1);
  }, 0);
}

function readEntry({ value, pointer }: Located, session: ImportSession): LayerEntry[] {
  if (!isRecord(value)) {
    session.refuse(
      pointer,
      `expected a layer, an object with "class_name" and "config"; received ${describeReceived(value)}`,
    );
    return [];
  }
  const className = textOf(value, 'class_name');
  const config = fieldOf(value, 'config') ?? {};
  if (className === undefined) {
    const received = describeReceived(fieldOf(value, 'class_name'));
    session.refuse(pointerTo(pointer, 'class_name'), `expected the name of a layer's class; received ${received}`);
    return [];
  }
  if (!isRecord(config) && !Array.isArray(config)) {
    session.refuse(pointerTo(pointer, 'config'), `expected an object; received ${describeReceived(config)}`);
    return [];
  }
  const record = isRecord(config) ? config : {};
  return [
    {
      className: className.replace(/^.*>/, ''),
      module: textOf(value, 'module'),
      isCustom: className.includes('>') || isCustom(value, className),
      name: textOf(value, 'name') ?? textOf(record, 'name') ?? className.toLowerCase(),
      config: { value: record, pointer: pointerTo(pointer, 'config') },
      modelConfig: { value: config, pointer: pointerTo(pointer, 'config') },
      place: { value, pointer },
    },
  ];
}
