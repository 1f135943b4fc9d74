/** What a job is told of a transfer that is allowed and seldom meant. */
import { outputNames, type Training, type TransferReport } from '@trainyard/contracts';
import type { DatasetContent, TrainedModel } from '@trainyard/db';
import type { Model } from '@trainyard/engine';

/** What was resolved of the job before. */
export interface ResolvedJob {
  readonly model: Model;
  readonly training: Training;
  readonly dataset: DatasetContent;
}

type Transfer = Pick<TransferReport, 'source' | 'frozen'>;

/** Characters of the names of outputs. */
const NAMES_MAX = 200;

/** @param trained where the job begins from; null where that is nothing */
export function transferNotes(transfer: Transfer, trained: TrainedModel | null, job: ResolvedJob): string[] {
  const notes = [
    trained && normalizationNote(trained.training, job.training),
    frozenNote(transfer, job.model),
    trained && headNote(transfer, trained.dataset, job),
  ];
  return notes.filter((note) => note !== null);
}

function normalizationNote({ normalization: before }: Training, { normalization }: Training): string | null {
  if (before === normalization) return null;
  return `The checkpoint was trained with the normalization "${before}", and this job has "${normalization}": its layers expect other numbers. Give training.normalization to change that.`;
}

/** A backbone comes with weights of its own. */
function frozenNote({ source, frozen }: Transfer, { layers }: Model): string | null {
  const known = namesOf(source);
  for (const { spec } of layers) if (spec.type === 'onnx_backbone') known.add(spec.name);
  const untrained = frozen.filter((layer) => !known.has(layer));
  return untrained.length === 0 ? null : `Frozen layers that begin with new weights: ${untrained.join(', ')}.`;
}

/** Outputs in another order, or of other things, are learnt as if they were the old ones. */
function headNote({ source }: Transfer, before: DatasetContent, { model, dataset }: ResolvedJob): string | null {
  const last = model.layers[model.layers.length - 1].spec.name;
  const [old, own] = [before, dataset].map((data) => outputNames(data).join(', '));
  if (old === own || !namesOf(source).has(last)) return null;
  return `The last layer, ${last}, begins with weights for ${shortened(old)}; here its outputs are ${shortened(own)}. Give it another name to let it begin anew.`;
}

function namesOf(source: TransferReport['source']): Set<string> {
  return new Set(source?.matched.map(({ layer }) => layer));
}

function shortened(names: string): string {
  return names.length > NAMES_MAX ? `${names.slice(0, NAMES_MAX)}…` : names;
}
