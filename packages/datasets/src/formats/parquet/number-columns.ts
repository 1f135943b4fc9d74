/** Many columns of numbers at once, as pixels are kept, without an object for each row. */
import { type AsyncBuffer, type Compressors, type FileMetaData, parquetRead } from 'hyparquet';

/** Values that are decoded at one time: hyparquet holds those of 64 bits as objects. */
const DECODED_VALUES = 2_000_000;

export interface NumberColumns {
  file: AsyncBuffer;
  metadata: FileMetaData;
  compressors: Compressors;
  columns: readonly string[];
  /** Within one row group. */
  rowStart: number;
  rowEnd: number;
  /** Of that row group. */
  groupRows: number;
}

/** Row after row; NaN where there is no number. Of 32 bits, which is more than any pixel has. */
export async function readNumberColumns(request: NumberColumns): Promise<Float32Array> {
  const { columns, rowStart, rowEnd, groupRows, file, metadata, compressors } = request;
  const numbers = new Float32Array((rowEnd - rowStart) * columns.length).fill(Number.NaN);
  const place = new Map(columns.map((name, index) => [name, index]));
  const batch = Math.max(1, Math.floor(DECODED_VALUES / groupRows));
  for (let first = 0; first < columns.length; first += batch) {
    await parquetRead({
      ...{ file, metadata, compressors, rowStart, rowEnd, utf8: false, geoparquet: false },
      columns: columns.slice(first, first + batch),
      onChunk: ({ columnName, columnData, rowStart: start }) => {
        const column = place.get(columnName) ?? 0;
        const from = Math.max(0, rowStart - start);
        const to = Math.min(columnData.length, rowEnd - start);
        for (let row = from; row < to; row++) {
          numbers[(start + row - rowStart) * columns.length + column] = toNumber(columnData[row]);
        }
      },
    });
  }
  return numbers;
}

function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : Number.NaN;
}
