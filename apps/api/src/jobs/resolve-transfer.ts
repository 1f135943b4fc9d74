/** What a posted job begins with and which layers it freezes: checked, and told before anything is trained. */
import {
  type CreateJob,
  type FieldError,
  resolveUnfreeze,
  type Training,
  TrainyardError,
  type TransferReport,
  type WeightMatches,
} from '@trainyard/contracts';
import type { Database, NewTransfer, TrainedModel } from '@trainyard/db';
import {
  buildModel,
  dataShapeOf,
  layersWithWeights,
  type Model,
  matchWeights,
  namedLayers,
  parseModelSpec,
} from '@trainyard/engine';
import { type ResolvedJob, transferNotes } from './transfer-notes.js';

/** Reasons that an error gives where no layer matches. */
const REASONS_MAX = 5;

/**
 * Undefined where nothing of it was posted. Throws `not_found` for a checkpoint that the project does not have, and
 * `invalid_request` where no layer matches it, a pattern means no layer, nothing is left to train, or the second phase
 * never comes.
 */
export async function resolveTransfer(
  db: Database,
  projectId: string,
  posted: Pick<CreateJob, 'init_from' | 'freeze' | 'unfreeze'>,
  { model, training, dataset }: ResolvedJob,
): Promise<NewTransfer | undefined> {
  const { init_from: initFrom = null, freeze = [], unfreeze } = posted;
  const frozen = frozenLayers(model, freeze);
  if (unfreeze) refuseUnfreeze(unfreeze.epoch, freeze, training);
  if (initFrom === null && freeze.length === 0) return undefined;
  const trained = initFrom === null ? null : await db.checkpoints.trainedModel(projectId, initFrom);
  const source = trained && describeSource(model, trained);
  return {
    initFrom,
    freeze,
    unfreeze: unfreeze ? resolveUnfreeze(unfreeze) : null,
    report: { source, frozen, notes: transferNotes({ source, frozen }, trained, { model, training, dataset }) },
  };
}

function describeSource(model: Model, trained: TrainedModel): NonNullable<TransferReport['source']> {
  const { checkpointId, jobId, epoch, step, spec, training, dataset } = trained;
  const matches = matchWeights(model, buildModel(parseModelSpec(spec), dataShapeOf(dataset, training.normalization)));
  if (matches.matched.length === 0) throw noMatch(checkpointId, matches);
  return { checkpoint_id: checkpointId, job_id: jobId, epoch, step, normalization: training.normalization, ...matches };
}

function noMatch(id: string, { unmatched, unused }: WeightMatches): TrainyardError {
  const reasons = unmatched.slice(0, REASONS_MAX).map(({ layer, detail }) => `${layer}: ${detail}`);
  const names = unused.length > 0 ? ` It also has ${unused.slice(0, REASONS_MAX).join(', ')}.` : '';
  return invalid([
    {
      pointer: '/init_from',
      detail:
        `Expected a checkpoint with a layer of the same name and weights of the same shapes as one of the model; ` +
        `${id} has none. ${reasons.join(' ')}${names} Give layers the names that they have there.`,
    },
  ]);
}

/** The names of the layers that the patterns mean, in the order of the model. */
function frozenLayers(model: Model, freeze: readonly string[]): string[] {
  const named = freeze.map((pattern) => namedLayers(model, pattern));
  const errors = named.flatMap(({ mismatch }, i) =>
    mismatch === null ? [] : [{ pointer: `/freeze/${i}`, detail: mismatch }],
  );
  if (errors.length > 0) throw invalid(errors);
  const chosen = new Set(named.flatMap(({ layers }) => layers));
  const isTrained = model.parameters.some(({ layer, trainable }) => trainable !== false && !chosen.has(layer));
  if (freeze.length > 0 && !isTrained) {
    const detail = 'Expected at least one layer with weights to be left to train; it freezes all of them.';
    throw invalid([{ pointer: '/freeze', detail }]);
  }
  return layersWithWeights(model).filter((layer) => chosen.has(layer));
}

function refuseUnfreeze(epoch: number, freeze: readonly string[], { epochs }: Training): void {
  if (freeze.length === 0) {
    throw invalid([{ pointer: '/unfreeze', detail: 'Expected `freeze` beside it: it says which layers are meant.' }]);
  }
  if (epoch <= epochs) return;
  const detail = `Expected at most ${epochs}, the number of epochs; received ${epoch}. Leave unfreeze out to freeze the layers for good.`;
  throw invalid([{ pointer: '/unfreeze/epoch', detail }]);
}

function invalid(errors: FieldError[]): TrainyardError {
  return new TrainyardError('invalid_request', `${errors[0].pointer}: ${errors[0].detail}`, { errors });
}
