/** Embeddings: asking for one, and its picture. */
import { checkEmbeddingResult, type EmbeddingResult, type Split, TrainyardError } from '@trainyard/contracts';
import type { Analysis } from '@trainyard/db';
import { type Chart, numberText, type ScatterGroup } from '@trainyard/pictures';
import type { FastifyInstance } from 'fastify';

export interface AskedEmbedding {
  projectId: string;
  checkpointId: string;
  /** `validation`, or `train` where it has no images, unless it is given. */
  split?: Split | undefined;
}

/** Of the data set that the checkpoint was trained on. Throws `not_found`, and `invalid_request` for an empty split. */
export async function requestEmbedding(
  { db, analyses }: Pick<FastifyInstance, 'db' | 'analyses'>,
  { projectId, checkpointId, split }: AskedEmbedding,
): Promise<Analysis> {
  const { jobId, dataset } = await db.checkpoints.trainedModel(projectId, checkpointId);
  const wanted: Split[] = split ? [split] : ['validation', 'train'];
  const found = wanted.find((name) => dataset.counts[name].total > 0);
  if (!found) {
    const detail = `The data set has no images in its ${wanted.join(' or ')} split.`;
    throw new TrainyardError('invalid_request', detail, { errors: [{ pointer: '/split', detail }] });
  }
  const request = { checkpoint_id: checkpointId, split: found };
  return analyses.request({ projectId, kind: 'embedding', request, jobId, checkpointId, datasetId: dataset.id });
}

export async function readEmbedding(
  { analyses }: Pick<FastifyInstance, 'analyses'>,
  analysis: Analysis,
): Promise<EmbeddingResult> {
  return checkEmbeddingResult(await analyses.result(analysis));
}

/** Of more classes the names would cover the points. */
const NAMED_MAX = 24;

export function embeddingChart(result: EmbeddingResult): Chart {
  const { layer, dimensions, split, count, points, explained_variance_ratio: ratio } = result;
  const images = points.length < count ? `${points.length} of ${count}` : String(count);
  const groups = groupsOf(result);
  return {
    type: 'scatter',
    title: `${layer}: ${images} images of the ${split} split, ${dimensions} dimensions seen from two sides`,
    xLabel: `first principal component (${numberText(ratio[0], 'percent')} of the variance)`,
    yLabel: `second principal component (${numberText(ratio[1], 'percent')} of the variance)`,
    groups,
    nameGroups: result.task !== 'regression' && groups.length <= NAMED_MAX,
    height: 1100,
  };
}

function groupsOf(result: EmbeddingResult): ScatterGroup[] {
  const { task, points, names } = result;
  if (task === 'regression') return rangesOf(result);
  const nameOf = ({ labels }: EmbeddingResult['points'][number]) => {
    if (labels.length === 1) return names[labels[0]];
    return labels.length === 0 ? 'no label' : 'several labels';
  };
  return [...names, 'several labels', 'no label']
    .map((name) => ({
      name,
      points: points.filter((point) => nameOf(point) === name).map(({ x, y }): [number, number] => [x, y]),
    }))
    .filter((group) => group.points.length > 0);
}

const RANGES = 5;

/** Of a regression: its first target, in five parts of as many images each. */
function rangesOf({ points, names }: EmbeddingResult): ScatterGroup[] {
  const sorted = [...points].sort((a, b) => a.labels[0] - b.labels[0]);
  const groups = Array.from({ length: RANGES }, (_, part) => {
    const share = sorted.slice((part * sorted.length) / RANGES, ((part + 1) * sorted.length) / RANGES);
    const [low, high] = [share[0]?.labels[0], share.at(-1)?.labels[0]];
    const name = `${names[0]} ${numberText(low ?? 0)} to ${numberText(high ?? 0)}`;
    return { name, points: share.map(({ x, y }): [number, number] => [x, y]) };
  });
  return groups.filter(({ points: found }) => found.length > 0);
}
