/** Where the files of a data set are in the object store. */

export function uploadFolder(id: string): string {
  return `uploads/${id}`;
}

export function datasetFolder(id: string): string {
  return `datasets/${id}`;
}

/** A line for each file of the upload that is not used. */
export function skippedFiles(id: string): string {
  return `${datasetFolder(id)}/skipped.jsonl`;
}
