/** Which images a preview of an augmentation shows, and what is written beside them. */
import type { Augmentation, AugmentationOptions, GalleryIndex, GallerySample } from '@trainyard/contracts';
import { namedLabel } from './filter-samples.js';

/** Where it is left out. */
const FILL = 'reflect';

/** Images of the train split: one of each class, as far as there is room, then a second one of each … */
export function chooseRows({ samples }: GalleryIndex, wanted: number): GallerySample[] {
  const groups = new Map<number, GallerySample[]>();
  for (const sample of samples) {
    if (sample.split !== 'train') continue;
    const key = typeof sample.label === 'number' ? sample.label : 0;
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  const classes = [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
  const longest = Math.max(0, ...classes.map((group) => group.length));
  const chosen = Array.from({ length: longest }, (_, rank) => classes.flatMap((group) => group.slice(rank, rank + 1)));
  return chosen.flat().slice(0, wanted);
}

/** What an image shows, in one line. */
export function rowName(index: GalleryIndex, sample: GallerySample): string {
  const { label, labels, values = {} } = namedLabel(index, sample);
  if (label !== undefined) return label;
  if (labels !== undefined) return labels.length > 0 ? labels.join(', ') : 'no label';
  const [first = ['', 0], ...rest] = Object.entries(values);
  return `${first[0]} ${Number(first[1].toPrecision(4))}${rest.length > 0 ? ' …' : ''}`;
}

/** What is on, as `name value`. */
export function settingsOf(augmentation: Augmentation | null): string[] {
  return Object.entries(augmentation ?? {})
    .filter(([name, value]) => isOn(name, value))
    .map(([name, value]) =>
      value === true ? name : `${name} ${text(value, name === 'translation' ? ' × ' : ' to ')}`,
    );
}

export function titleOf(augmentation: AugmentationOptions): string {
  if (augmentation === null) return 'No augmentation';
  return augmentation === 'standard' ? 'Augmentation “standard”' : 'Augmentation';
}

function isOn(name: string, value: unknown): boolean {
  if (name === 'fill') return value !== FILL;
  if (Array.isArray(value)) return value.some((amount) => amount !== (name === 'zoom' ? 1 : 0));
  return value !== false && value !== 0 && value !== null;
}

function text(value: unknown, between = ' to '): string {
  if (Array.isArray(value)) return [...new Set(value.map((part) => text(part)))].join(between);
  if (value !== null && typeof value === 'object') {
    return Object.entries(value)
      .map(([name, amount]) => `${name} ${text(amount)}`)
      .join(' ');
  }
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value);
}
