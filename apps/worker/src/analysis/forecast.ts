/** The task of a forecast: the job as it would be posted, and how earlier forecasts came true. */
import { type AnalysisTask, parseForecastRequest, TrainyardError } from '@trainyard/contracts';
import type { AnalysisClaim, Database } from '@trainyard/db';
import type { WorkerContext } from '../context.js';
import { chooseDevice } from '../devices/choose-device.js';
import { taskDataset } from './task-parts.js';

/** Throws `device_unavailable` where this worker does not have the device that is asked for. */
export async function describeForecast(
  db: Database,
  { id, projectId, request }: AnalysisClaim,
  { devices }: Pick<WorkerContext, 'devices'>,
): Promise<AnalysisTask> {
  const { dataset_id, dataset_digest, device, ...job } = parseForecastRequest(request);
  const content = await db.datasets.content(projectId, dataset_id);
  const { train, validation, test } = content.counts;
  const { used } = chooseDevice(device, null, devices);
  if (!devices.some((found) => found.device === used && found.available)) {
    throw new TrainyardError('device_unavailable', `The worker that measured has no ${used}. Use "auto" or "cpu".`);
  }
  return {
    kind: 'forecast',
    analysis_id: id,
    ...job,
    dataset: { ...taskDataset(content), digest: dataset_digest },
    images: { train: train.total, validation: validation.total, test: test.total },
    device: used,
    earlier: await db.forecasts.ratios(projectId),
  };
}
