import type { NewDataset } from '@trainyard/db';

/** What of the row of a data set the address says and not the body, such as the parent of a version. */
export type DatasetOrigin = Omit<NewDataset, 'id' | 'projectId' | 'sourceKey' | 'name' | 'format' | 'options'>;
