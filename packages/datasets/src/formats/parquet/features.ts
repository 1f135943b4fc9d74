/** What Hugging Face's `datasets` writes into the metadata of a Parquet file: which column is what, and names of classes. */
import type { FileMetaData } from 'hyparquet';

export interface Features {
  /** Names of columns of images. */
  images: string[];
  /** Columns of classes, or of lists of them, with their names by number where they have some. */
  classes: { name: string; labels: string[] }[];
}

const LISTS = new Set(['Sequence', 'List', 'LargeList']);

/** Nothing where the file was written by something else. */
export function readFeatures({ key_value_metadata: pairs }: FileMetaData): Features {
  const found: Features = { images: [], classes: [] };
  const features = member(
    member(parseJson(pairs?.find(({ key }) => key === 'huggingface')?.value), 'info'),
    'features',
  );
  if (!isObject(features)) return found;
  for (const [name, feature] of Object.entries(features)) {
    if (member(feature, '_type') === 'Image') found.images.push(name);
    const label = classLabelOf(feature);
    if (label !== null) found.classes.push({ name, labels: texts(member(label, 'names')) });
  }
  return found;
}

/** Of a column of classes, or of lists of them: `Sequence`, `List` or a list in the metadata itself. */
function classLabelOf(feature: unknown): unknown {
  const type = member(feature, '_type');
  if (type === 'ClassLabel') return feature;
  if (Array.isArray(feature)) return feature.length === 1 ? classLabelOf(feature[0]) : null;
  return typeof type === 'string' && LISTS.has(type) ? classLabelOf(member(feature, 'feature')) : null;
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}

function member(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
