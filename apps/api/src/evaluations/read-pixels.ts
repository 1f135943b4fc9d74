/** The pixels of the images that the lists of an evaluation name. */
import {
  analysisKey,
  EVALUATION_FILES,
  type EvaluatedImage,
  type ImageSize,
  parseEvaluationPixels,
} from '@trainyard/contracts';
import type { FastifyInstance } from 'fastify';

export interface EvaluatedPixels {
  image: ImageSize;
  /** uint8 [image, channels, height, width]. */
  pixels: Uint8Array<ArrayBuffer>;
}

export async function readEvaluatedPixels(
  { store }: Pick<FastifyInstance, 'store'>,
  id: string,
  images: readonly EvaluatedImage[],
): Promise<EvaluatedPixels> {
  const { width, height, channels, places } = parseEvaluationPixels(
    await store.readBytes(analysisKey(id, EVALUATION_FILES.pixelIndex)),
  );
  const bytes = width * height * channels;
  const pixels = new Uint8Array(images.length * bytes);
  const file = await store.openRandomAccess(analysisKey(id, EVALUATION_FILES.pixels));
  try {
    for (const [row, { index }] of images.entries()) {
      pixels.set(await file.read(places.indexOf(index) * bytes, bytes), row * bytes);
    }
  } finally {
    await file.close();
  }
  return { image: { width, height, channels }, pixels };
}
