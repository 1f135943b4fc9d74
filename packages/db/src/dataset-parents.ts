/** What a data set has from the one that its upload is added to. */
import type { DatasetOptions, ImageSize } from '@trainyard/contracts';
import type { Prisma } from './client.js';
import { refuseUnusable } from './dataset-use.js';
import { notFound } from './errors.js';
import { fromJson } from './json.js';

export interface Parent {
  id: string;
  name: string | null;
  version: number;
  parts: string[];
  /** With the size that its images came to. */
  options: DatasetOptions;
}

/** Locks the parent against being deleted before its child can be seen to need it. */
export async function lockParent(tx: Prisma.TransactionClient, projectId: string, id: string): Promise<Parent> {
  await tx.$queryRaw`SELECT id FROM datasets WHERE id = ${id} FOR SHARE`;
  const row = await tx.dataset.findFirst({ where: { id, projectId, deletedAt: null } });
  if (!row) throw notFound('data set', id);
  refuseUnusable(row);
  const options = fromJson<DatasetOptions>(row.options);
  const image = { ...options.image, ...fromJson<ImageSize>(row.image) };
  return { id, name: row.name, version: row.version, parts: row.parts, options: { ...options, image } };
}

/** The options of a parent, or of a form's beginning, with those that were given after them. */
export function optionsAfter(before: DatasetOptions, given: DatasetOptions = {}): DatasetOptions {
  const { label_column, label_columns, ...rest } = before;
  const namesLabels = given.label_column !== undefined || given.label_columns !== undefined;
  const labels = {
    ...(label_column === undefined ? {} : { label_column }),
    ...(label_columns === undefined ? {} : { label_columns }),
  };
  return { ...rest, ...(namesLabels ? {} : labels), ...given };
}
