/** Reads of packed images that lie near each other, made into one: a request takes longer than what lies between them. */

/** What may lie between two images of a read, and what one read takes at most. */
const GAP_BYTES = 64 * 1024;
const READ_BYTES_MAX = 1024 ** 2;

export interface ImageRow {
  part: number;
  row: number;
}

/** The `count` images from `place` on, which lie among `rows` rows of a part from `row` on. */
export interface ReadRun extends ImageRow {
  place: number;
  count: number;
  rows: number;
}

/** Covers the images, each of `bytes`, in their order. */
export function* readRuns(images: readonly ImageRow[], bytes: number): Generator<ReadRun> {
  let run: ReadRun | null = null;
  for (const [place, { part, row }] of images.entries()) {
    if (run && part === run.part && follows(run, row, bytes)) {
      run.count++;
      run.rows = row - run.row + 1;
      continue;
    }
    if (run) yield run;
    run = { place, count: 1, part, row, rows: 1 };
  }
  if (run) yield run;
}

function follows(run: ReadRun, row: number, bytes: number): boolean {
  const gap = row - (run.row + run.rows);
  return gap >= 0 && gap * bytes <= GAP_BYTES && (row - run.row + 1) * bytes <= READ_BYTES_MAX;
}
