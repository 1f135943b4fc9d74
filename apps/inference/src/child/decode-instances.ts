/** Decodes the instances of a request into one block of pixels. */
import { type FieldError, type ImageFit, type ImageSize, TrainyardError } from '@trainyard/contracts';
import { decodeImage } from '@trainyard/datasets';
import type { Instance } from './instances.js';
import { receivedFile } from './received-file.js';

const ERRORS_SHOWN = 20;

/**
 * The pixels of all instances in their order, uint8 [instance, height, width, channels]. Throws `invalid_image` with a
 * pointer to each that cannot be read.
 */
export async function decodeInstances(
  instances: readonly Instance[],
  image: ImageSize & { fit: ImageFit },
): Promise<Uint8Array> {
  const size = image.width * image.height * image.channels;
  const pixels = new Uint8Array(instances.length * size);
  const errors: FieldError[] = [];
  const decode = async ({ pointer, file }: Instance, index: number): Promise<void> => {
    let bytes: Uint8Array | undefined;
    try {
      bytes = file();
      pixels.set(await decodeImage(bytes, image), index * size);
    } catch (error) {
      if (!(error instanceof TrainyardError && error.code === 'invalid_image')) throw error;
      errors.push({ pointer, detail: bytes ? `${error.detail} ${receivedFile(bytes)}` : error.detail });
    }
  };
  await Promise.all(instances.map(decode));
  if (errors.length > 0) throw refusal(errors, instances);
  return pixels;
}

function refusal(errors: readonly FieldError[], instances: readonly Instance[]): TrainyardError {
  const place = new Map(instances.map(({ pointer }, index) => [pointer, index]));
  const sorted = errors.toSorted((a, b) => (place.get(a.pointer) ?? 0) - (place.get(b.pointer) ?? 0));
  const detail =
    instances.length === 1
      ? sorted[0].detail
      : `${sorted.length} of ${instances.length} images cannot be read; none was answered. Correct what "errors" points to.`;
  return new TrainyardError('invalid_image', detail, { errors: sorted.slice(0, ERRORS_SHOWN) });
}
