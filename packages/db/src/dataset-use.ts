/** Whether a data set can be trained on, or added to. */
import { TrainyardError } from '@trainyard/contracts';

/** Throws `dataset_not_ready` unless it has been read, and by a version that wrote what is read today. */
export function refuseUnusable({ id, status, digest }: { id: string; status: string; digest: string | null }): void {
  if (status === 'ready' && digest !== null) return;
  throw new TrainyardError('dataset_not_ready', `The data set ${id} ${reasonFor(status)}`);
}

function reasonFor(status: string): string {
  if (status === 'ready') return 'was read by an earlier version of Trainyard. Upload it again.';
  if (status === 'failed') return 'has failed. Its `error` says why; upload it again.';
  return `is ${status}. Wait until its status is ready.`;
}
