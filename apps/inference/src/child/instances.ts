/** The instances of a request: each an image file, or something that is made into one. */
import { INSTANCES_MAX, type PredictInput, PredictJson, TrainyardError } from '@trainyard/contracts';
import { fromBase64 } from './base64.js';
import { fromPixels } from './pixel-array.js';

export interface Instance {
  /** JSON pointer into what was sent. */
  pointer: string;
  /** The image file. Throws `invalid_image` where there is none. */
  file: () => Uint8Array;
}

const FIELDS = Object.keys(PredictJson.properties);

/** Throws `invalid_json`, and `invalid_request` for JSON of another form. */
export function instancesOf({ kind, parts }: PredictInput): Instance[] {
  if (kind === 'json') return jsonInstances(parts[0]);
  return parts.map((part, index) => ({ pointer: kind === 'files' ? `/file/${index}` : '', file: () => part }));
}

function jsonInstances(body: Uint8Array): Instance[] {
  const parsed = parse(body);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw invalid('', 'Expected an object.');
  const unknown = Object.keys(parsed).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) throw invalid(`/${escaped(unknown)}`, 'Unknown field. The only field here is instances.');
  const instances: unknown = Reflect.get(parsed, 'instances');
  if (!Array.isArray(instances)) throw invalid('/instances', 'Required: an array of images.');
  if (instances.length === 0) throw invalid('/instances', 'Expected at least 1 instance; received none.');
  if (instances.length > INSTANCES_MAX) {
    throw invalid('/instances', `Expected at most ${INSTANCES_MAX} instances; received ${instances.length}.`);
  }
  return instances.map((instance, index) => ({ pointer: `/instances/${index}`, file: () => toFile(instance) }));
}

function toFile(instance: unknown): Uint8Array {
  if (typeof instance === 'string') return fromBase64(instance);
  if (Array.isArray(instance)) return fromPixels(instance);
  throw new TrainyardError('invalid_image', 'Expected an image file in base64, or an array of pixels.');
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new TrainyardError('invalid_json', 'The body cannot be parsed as JSON. Check its syntax.', { cause });
  }
}

function invalid(pointer: string, detail: string): TrainyardError {
  const message = 'Correct the body as "errors" says and send it again.';
  return new TrainyardError('invalid_request', message, { errors: [{ pointer, detail }] });
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
