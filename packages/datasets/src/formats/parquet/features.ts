/** What Hugging Face's `datasets` writes into the metadata of a Parquet file: which column is what, and names of classes. */
import type { FileMetaData } from 'hyparquet';

export interface Features {
  /** Names of columns of images. */
  images: string[];
  /** Columns of classes, with their names by number where they have some. */
  classes: { name: string; labels: string[] }[];
}

/** Nothing where the file was written by something else. */
export function readFeatures({ key_value_metadata: pairs }: FileMetaData): Features {
  const found: Features = { images: [], classes: [] };
  const features = member(
    member(parseJson(pairs?.find(({ key }) => key === 'huggingface')?.value), 'info'),
    'features',
  );
  if (!isObject(features)) return found;
  for (const [name, feature] of Object.entries(features)) {
    const type = member(feature, '_type');
    if (type === 'Image') found.images.push(name);
    if (type === 'ClassLabel') found.classes.push({ name, labels: texts(member(feature, 'names')) });
  }
  return found;
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
