/** Checks which image is to be looked at in which layer, and asks for its feature maps. */
import { createHash } from 'node:crypto';
import { type FeatureMapsRequest, featureImagePrefix, type Split, TrainyardError } from '@trainyard/contracts';
import type { Analysis, TrainedModel } from '@trainyard/db';
import { parseModelSpec } from '@trainyard/engine';
import type { FastifyInstance } from 'fastify';

export interface AskedFeatureMaps {
  projectId: string;
  checkpointId: string;
  layer: string;
  /** The bytes of an image file; null where one of the data set is meant. */
  upload: Buffer | null;
  split?: Split | undefined;
  index?: number | undefined;
}

/** Throws `not_found` for a checkpoint of another project, and `invalid_request` for a layer or an image that is not there. */
export async function requestFeatureMaps(
  app: Pick<FastifyInstance, 'db' | 'analyses' | 'store'>,
  asked: AskedFeatureMaps,
): Promise<Analysis> {
  const { projectId, checkpointId, layer, upload } = asked;
  const model = await app.db.checkpoints.trainedModel(projectId, checkpointId);
  refuseUnknownLayer(model, layer);
  const image = upload === null ? sampleOf(model, asked) : uploadedImage(model, checkpointId, layer, upload);
  if (upload !== null && 'key' in image) await app.store.write(image.key, upload);
  const request: FeatureMapsRequest = { checkpoint_id: checkpointId, layer, image };
  const about = { jobId: model.jobId, checkpointId, datasetId: model.dataset.id };
  return app.analyses.request({ projectId, kind: 'feature_maps', request, ...about });
}

/** A key for each request, so that who has its answer may remove the file. */
function uploadedImage({ jobId }: TrainedModel, checkpointId: string, layer: string, upload: Buffer) {
  const sha256 = createHash('sha256').update(upload).digest('hex');
  const request = createHash('sha256').update(`${checkpointId} ${layer} ${sha256}`).digest('hex');
  return { key: `${featureImagePrefix(jobId)}/${request}`, sha256 };
}

function sampleOf({ dataset }: TrainedModel, { split = 'validation', index }: AskedFeatureMaps) {
  const { total } = dataset.counts[split];
  if (index === undefined) {
    const detail = 'Send an image as the body, or name one of the data set by `split` and `index`.';
    throw invalid('/index', detail);
  }
  if (index < total) return { split, index };
  throw invalid('/index', `The ${split} split has ${total} images, counted from 0. There is none of index ${index}.`);
}

function refuseUnknownLayer({ spec }: TrainedModel, layer: string): void {
  const names = parseModelSpec(spec).layers.map(({ name }) => name);
  if (names.includes(layer)) return;
  throw invalid('/layer', `The model has no layer ${JSON.stringify(layer)}. It has ${names.join(', ')}.`);
}

function invalid(pointer: string, detail: string): TrainyardError {
  return new TrainyardError('invalid_request', detail, { errors: [{ pointer, detail }] });
}
