/** Which device a job runs on, and why: both are written into the job. */
import type { Device, DeviceChoice } from '@trainyard/contracts';
import type { WorkerDevice } from '@trainyard/db';

export interface ChosenDevice {
  used: Device;
  reason: string;
}

/**
 * `planned` is the device of an earlier attempt, which is kept where this worker has it, so that the job goes on as it
 * began. A worker never claims a job that asks for a device that it does not have.
 */
export function chooseDevice(
  requested: DeviceChoice,
  planned: Device | null,
  devices: readonly WorkerDevice[],
): ChosenDevice {
  const works = (device: Device) => devices.some((found) => found.device === device && found.available);
  if (planned && works(planned)) return { used: planned, reason: `The job began on ${planned}` };
  if (requested !== 'auto') return { used: requested, reason: `The job asks for ${requested}` };
  if (works('cuda')) return { used: 'cuda', reason: 'CUDA works on this worker: it was tried with two training steps' };
  const why = devices.find((found) => found.device === 'cuda')?.reason ?? 'it was not tried';
  return { used: 'cpu', reason: `CUDA is not available on this worker: ${why}` };
}
