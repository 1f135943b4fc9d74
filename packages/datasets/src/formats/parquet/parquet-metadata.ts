/** What the footer of a Parquet file says, looked over before anything is read by it. */
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetSchema, type SchemaTree } from 'hyparquet';

export interface ParquetMetadata {
  metadata: FileMetaData;
  schema: SchemaTree;
  rows: number;
}

const ROWS_MAX = 5_000_000;

/** Throws an `Error` that names the fault. Each column of each row group is one of the schema when it does not. */
export async function readMetadata(file: AsyncBuffer): Promise<ParquetMetadata> {
  const metadata = await parquetMetadataAsync(file, { geoparquet: false });
  const schema = parquetSchema(metadata);
  const leaves = new Set(leafPaths(schema));
  let rows = 0;
  for (const group of metadata.row_groups) {
    rows += countOf(group.num_rows);
    for (const { meta_data: column } of group.columns) {
      if (!column || !leaves.has(pathKey(column.path_in_schema))) throw new Error('a column is not in its schema');
      for (const count of [column.num_values, column.total_uncompressed_size, column.total_compressed_size])
        countOf(count);
    }
  }
  if (rows < 1) throw new Error('it has no row');
  if (rows > ROWS_MAX) throw new Error(`it has ${rows} rows, more than ${ROWS_MAX}`);
  return { metadata, schema, rows };
}

function leafPaths({ children, path }: SchemaTree): string[] {
  return children.length === 0 ? [pathKey(path)] : children.flatMap(leafPaths);
}

function pathKey(path: readonly string[]): string {
  return JSON.stringify(path);
}

function countOf(value: bigint): number {
  const count = Number(value);
  if (!(Number.isSafeInteger(count) && count >= 0)) throw new Error(`a count is ${count}`);
  return count;
}
