/**
 * The export of a checkpoint: its ONNX file, run on images beside the service and held against what that answers. The
 * certificate of it is in the file's own metadata as well, so it carries no id and no time: equal checkpoints give
 * equal files.
 */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import { IMAGE_FITS, ImageSize, SPLITS } from '../dataset.js';
import { PREDICTION_TASKS } from '../endpoint.js';
import { Nullable, Strict, Words } from '../schema.js';
import { TrainedModelTask } from '../trained-model-task.js';

/** Raised where other files are made, or other things checked: what was exported before is then made again. */
export const EXPORT_VERSION = 1;

/** What is asked for; equal requests are one export. A checkpoint that is written again has another digest. */
export const ExportRequest = Strict({
  checkpoint_id: Type.String(),
  checkpoint_digest: Type.String(),
  version: Type.Integer(),
});
export type ExportRequest = Static<typeof ExportRequest>;

/** A stored request. Throws for anything else. */
export function parseExportRequest(value: unknown): ExportRequest {
  return Value.Parse(ExportRequest, value);
}

export const ExportTask = Strict({
  kind: Type.Literal('export'),
  analysis_id: Type.String(),
  model: TrainedModelTask,
});
export type ExportTask = Static<typeof ExportTask>;

const Digest = Type.String({ pattern: '^sha256:[0-9a-f]{64}$' });
const Difference = Type.Number({ minimum: 0 });

/** How far two ways of running one model lie apart, over all images and outputs. */
export const ParityComparison = Strict({
  largest_difference: Type.Number({
    minimum: 0,
    description: 'Of two probabilities; of two values relative to the largest that its target has on these images',
  }),
  tolerance: Type.Number({ description: 'What the largest difference may be' }),
  top_1_agreement: Nullable(Type.Integer({ minimum: 0 }), {
    description: 'Images with the same most likely class; null where there is none such',
  }),
});
export type ParityComparison = Static<typeof ParityComparison>;

/** What stands in the metadata of an exported file under `certificate`, in JSON. */
export const ParityCertificate = Strict({
  version: Type.Integer({ minimum: 1 }),
  agrees: Type.Boolean({ description: 'Whether every difference is within its tolerance' }),
  images: Strict({
    count: Type.Integer({ minimum: 1 }),
    source: Words([...SPLITS, 'random'] as const, {
      description: 'The split of the data set that the images are from, or `random`: pixels from a seed',
    }),
    reason: Nullable(Type.String(), { description: 'Why they are random; else null' }),
  }),
  largest_difference: Difference,
  service: Strict(ParityComparison.properties, {
    description: 'The file, image by image, against what endpoints run, in batches',
  }),
  training: Strict(ParityComparison.properties, {
    description: 'The file against the graph that scored the model while it trained: other weights, layout and batches',
  }),
  digests: Strict({
    checkpoint: Digest,
    dataset: Nullable(Digest, { description: "Of the data set's manifest; null where none was noted" }),
    graph: Strict(
      { sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }), bytes: Type.Integer({ minimum: 1 }) },
      { description: 'Of the file up to the certificate, which comes last in it: its first `bytes` bytes' },
    ),
  }),
  onnxruntime_version: Type.String(),
});
export type ParityCertificate = Static<typeof ParityCertificate>;

/** `result.json` of an export. There is a file where the certificate agrees. */
export const ExportResult = Strict({
  certificate: ParityCertificate,
  /** Of the graph, as the file's metadata have it too. */
  onnx: Strict({
    task: Words(PREDICTION_TASKS),
    image: Strict({ ...ImageSize.properties, fit: Words(IMAGE_FITS) }),
  }),
  file: Nullable(Strict({ bytes: Type.Integer({ minimum: 1 }), sha256: Type.String() })),
});
export type ExportResult = Static<typeof ExportResult>;

const compiled = Compile(ExportResult);

/** Throws where the stored result is none that this program reads. */
export function checkExportResult(value: unknown): ExportResult {
  if (compiled.Check(value)) return value;
  const [first] = compiled.Errors(value);
  throw new Error(`The stored export is not valid at ${first?.instancePath || '/'}: ${first?.message}`);
}

/** What a checkpoint was exported as lies below it. */
export function exportPrefix(checkpointId: string): string {
  return `exports/${checkpointId}`;
}

/** The key of the ONNX file of a checkpoint; `digest` is that of the checkpoint's own file. */
export function exportKey(checkpointId: string, digest: string): string {
  return `${exportPrefix(checkpointId)}/${digest.replace('sha256:', '').slice(0, 16)}.onnx`;
}
