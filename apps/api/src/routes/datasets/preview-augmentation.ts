/** `POST /v1/datasets/{id}/augment-preview` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import {
  AUGMENT_PREVIEW,
  type Augmentation,
  AugmentPreview,
  augmentationContradictions,
  type FieldError,
  type ImageSize,
  resolveAugmentation,
  TrainyardError,
} from '@trainyard/contracts';
import type { FastifyRequest } from 'fastify';
import { chooseRows, rowName, settingsOf, titleOf } from '../../pictures/augment-rows.js';
import { readGallery, readPixels } from '../../pictures/gallery.js';
import { pngResponse } from '../../pictures/send-picture.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

/** What one picture may cost to draw. */
const PIXELS_MAX = 32_000_000;

const schema = {
  operationId: 'previewAugmentation',
  summary: 'Look at what an augmentation makes of the images',
  description:
    'A picture with a row for each image: the original, and what the first epochs of a training with this seed would see of ' +
    'it, in the size of the data set. Without `augmentation`, "standard". mixup and cutmix mix the rows with each other, where a training mixes batches.',
  tags: ['Data sets'],
  params: IdParams,
  body: reference(AugmentPreview),
  response: {
    200: pngResponse,
    ...keyedProblems(
      'not_found',
      'dataset_not_ready',
      'invalid_request',
      'overloaded',
      'invalid_json',
      'unsupported_media_type',
    ),
  },
};

export const previewAugmentation: FastifyPluginAsyncTypebox = async (app) => {
  /** Before the body is looked at: what belongs to another project does not exist, whatever is sent. */
  const preValidation = async (request: FastifyRequest<{ Params: { id: string } }>) => {
    await app.db.datasets.get(request.principal.projectId, request.params.id);
  };

  app.post('/v1/datasets/:id/augment-preview', { schema, preValidation }, async (request, reply) => {
    const { body } = request;
    const gallery = await readGallery(app, request.principal.projectId, request.params.id);
    const { image } = gallery.index;
    const {
      augmentation: asked = 'standard',
      seed = 0,
      images = AUGMENT_PREVIEW.images,
      variants = AUGMENT_PREVIEW.variants,
    } = body;
    const augmentation = resolveAugmentation(asked, image.channels);
    check(augmentation, { image, images, variants });
    const samples = chooseRows(gallery.index, images);
    const [picture] = await app.pictures.draw(async () => ({
      kind: 'augment',
      image,
      pixels: await readPixels(app, gallery, samples),
      rows: samples.map((sample) => ({ name: rowName(gallery.index, sample), place: sample.place })),
      augmentation,
      title: titleOf(asked),
      settings: settingsOf(augmentation),
      seed,
      variants,
    }));
    return reply.type('image/png').send(Buffer.from(picture));
  });
};

interface Sheet {
  image: ImageSize;
  images: number;
  variants: number;
}

/** Throws `invalid_request` for an augmentation that contradicts itself or the images, and for too large a picture. */
function check(augmentation: Augmentation | null, { image, images, variants }: Sheet): void {
  const { width, height, channels } = image;
  const errors = augmentationContradictions(augmentation, { batchSize: 2, channels }, '/augmentation');
  if (images === 1 && (augmentation?.mixup || augmentation?.cutmix)) {
    errors.push({ pointer: '/images', detail: 'mixup and cutmix mix images with each other. Ask for 2 or more.' });
  }
  const most = Math.floor(PIXELS_MAX / (width * height * images));
  if (variants > most) errors.push(tooMany(image, most));
  if (errors.length > 0) throw new TrainyardError('invalid_request', 'Correct what "errors" points to.', { errors });
}

function tooMany({ width, height }: ImageSize, most: number): FieldError {
  const detail = `Images of ${width} x ${height} take too long in that number. Ask for ${most} variants, or for fewer images.`;
  return { pointer: '/variants', detail };
}
