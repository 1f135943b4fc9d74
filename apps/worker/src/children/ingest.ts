/** The process that reads one uploaded archive: foreign bytes are decoded here, away from everything else. */
import { INGEST_PROTOCOL } from '@trainyard/contracts';
import { ingestDataset } from '@trainyard/datasets';
import { openObjectStore } from '@trainyard/storage';
import { serve } from './serve.js';

serve(INGEST_PROTOCOL, async (task, { report }) => {
  const store = openObjectStore({ root: process.argv[2] });
  const upload = {
    datasetId: task.dataset_id,
    sourceKey: task.source_key,
    parentId: task.parent_id,
    format: task.format,
    options: task.options,
  };
  const dataset = await ingestDataset(store, upload, (progress) => void report({ type: 'progress', progress }));
  await report({ type: 'ingested', dataset });
});
