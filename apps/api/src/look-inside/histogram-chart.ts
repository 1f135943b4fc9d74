/** The picture of histograms: one behind the other, an epoch each. */
import type { Histograms } from '@trainyard/contracts';
import { type Chart, numberText } from '@trainyard/pictures';

/** Ridges of one picture. */
const ROWS_MAX = 24;
/** In pixels: what the bins of a picture share, and what the text of a tick needs. */
const WIDTH = 1300;
const TICK_WIDTH = 84;

/** @param series which of the histograms */
export function histogramChart(histograms: Histograms, series: Histograms['series'][number]): Chart {
  const { of, edges } = histograms;
  const rows = thin(series.rows, ROWS_MAX);
  const range = usedBins(rows.map(({ counts }) => counts));
  const middle = edges.length / 2;
  const others = Math.max(...rows.map(({ counts }) => Math.max(...counts.filter((_, bin) => bin !== middle))));
  const isCut = rows.some(({ counts }) => counts[middle] > others);
  const isActivation = of === 'activations';
  const what = isActivation ? 'What the layer gives' : 'Gradient of the loss';
  return {
    type: 'histogram_stack',
    title: `${isActivation ? 'Activations' : 'Gradients'} of ${series.name}, epoch by epoch`,
    xLabel: `${what} (logarithmic to both sides of 0${isCut ? '; the peak at 0 is cut off' : ''})`,
    yLabel: 'epoch',
    edges: edges.slice(range.first, range.last),
    ticks: ticksOf(edges, range),
    cutBin: middle - range.first,
    noteLabel: isActivation ? 'exactly 0' : 'norm',
    rows: rows.map(({ epoch, counts, zero_share = 0, norm }) => ({
      name: epoch === 0 ? 'start' : String(epoch),
      counts: counts.slice(range.first, range.last + 1),
      note: isActivation ? numberText(zero_share, 'percent') : numberText(norm ?? Number.NaN),
    })),
  };
}

/** The first, the last, and of those between as many as there is room for. */
export function thin<T>(rows: readonly T[], most: number): T[] {
  if (rows.length <= most) return [...rows];
  return Array.from({ length: most }, (_, i) => rows[Math.round((i * (rows.length - 1)) / (most - 1))]);
}

interface Bins {
  first: number;
  last: number;
}

/** From the first to the last bin that anything is in, as far to the left of 0 as to its right or less, and the zeros. */
function usedBins(counts: readonly (readonly number[])[]): Bins {
  const bins = counts[0]?.length ?? 0;
  const middle = (bins - 1) / 2;
  const used = Array.from({ length: bins }, (_, bin) => bin).filter((bin) => counts.some((row) => row[bin] > 0));
  return {
    first: Math.max(0, Math.min(middle - 1, (used[0] ?? middle) - 1)),
    last: Math.min(bins - 1, Math.max(middle + 1, (used.at(-1) ?? middle) + 1)),
  };
}

/** At powers of ten, the same ones on both sides, and at 0. */
function ticksOf(edges: readonly number[], { first, last }: Bins) {
  const sizes = edges.filter((edge) => edge > 0);
  const perDecade = (sizes.length - 1) / Math.round(Math.log10(sizes[sizes.length - 1] / sizes[0]));
  const every = Math.max(1, Math.ceil(TICK_WIDTH / ((WIDTH / (last - first + 1)) * perDecade)));
  const ticks = edges.flatMap((edge, place) => {
    const decade = Math.log10(Math.abs(edge) / sizes[0]);
    const isTick = Math.abs(decade - Math.round(decade)) < 1e-6 && decade > 0.5 && Math.round(decade) % every === 0;
    const isShown = place >= first && place < last;
    return isTick && isShown ? [{ place: place + 1 - first, text: numberText(edge) }] : [];
  });
  const zero = { place: edges.length / 2 + 0.5 - first, text: '0' };
  return [...ticks, zero].sort((a, b) => a.place - b.place);
}
