/** Histograms of activations and gradients by epoch, out of the looks that a training takes into its network. */
import {
  ACTIVATION_BIN_EDGES,
  GRADIENT_BIN_EDGES,
  type Histograms,
  type HistogramsOf,
  type ProbeLayer,
  type ProbeMetrics,
  type ProbeWeight,
  TrainyardError,
} from '@trainyard/contracts';

export interface AskedHistograms {
  of: HistogramsOf;
  /** A layer, or a weight as layer/weight; all where it is left out. */
  layer?: string | undefined;
}

type Series = Histograms['series'][number];

/**
 * @param probes oldest first
 * @throws `invalid_request` for a layer that is none of those that are looked at
 */
export function histogramsOf(
  jobId: string,
  probes: readonly ProbeMetrics[],
  { of, layer }: AskedHistograms,
): Histograms {
  const all = of === 'activations' ? activations(probes) : gradients(probes);
  const series = all.filter((found) => layer === undefined || found.layer === layer || found.name === layer);
  if (series.length === 0 && all.length > 0) throw unknownLayer(layer, all);
  const edges = [...(of === 'activations' ? ACTIVATION_BIN_EDGES : GRADIENT_BIN_EDGES)];
  return { object: 'histograms', job_id: jobId, of, edges, series };
}

function activations(probes: readonly ProbeMetrics[]): Series[] {
  return (probes[0]?.layers ?? []).map(({ layer }) => ({
    ...{ name: layer, layer },
    rows: probes.flatMap(({ epoch, step, layers }) => {
      const found = layers.find((each: ProbeLayer) => each.layer === layer);
      if (!found) return [];
      const { histogram: counts, mean, std, zero_share } = found;
      return [{ epoch, step, counts, mean, std, zero_share }];
    }),
  }));
}

/** What is trained may change at a phase: a weight has rows for the epochs in which it was. */
function gradients(probes: readonly ProbeMetrics[]): Series[] {
  const names = new Map(probes.flatMap(({ weights }) => weights.map(({ weight, layer }) => [weight, layer] as const)));
  return [...names].map(([name, layer]) => ({
    ...{ name, layer },
    rows: probes.flatMap(({ epoch, step, weights }) => {
      const found = weights.find((each: ProbeWeight) => each.weight === name);
      return found ? [{ epoch, step, counts: found.histogram, norm: found.gradient_norm }] : [];
    }),
  }));
}

/** Of a picture: there is nothing to be drawn. */
export function noLooks(jobId: string): TrainyardError {
  const detail =
    `The job ${jobId} has taken no look into its network yet: it does so before the first epoch and after epochs. ` +
    'Of models with more than 2^25 weights none is taken.';
  return new TrainyardError('conflict', detail);
}

function unknownLayer(layer: string | undefined, all: readonly Series[]): TrainyardError {
  const names = [...new Set(all.map((series) => series.layer))].join(', ');
  const detail = `There are no histograms of ${JSON.stringify(layer)}. There are of ${names}.`;
  return new TrainyardError('invalid_request', detail, { errors: [{ pointer: '/layer', detail }] });
}
