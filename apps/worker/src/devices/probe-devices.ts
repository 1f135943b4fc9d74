/** Tries each device in a child of its own, once, when the worker starts. */
import { DEVICES, type Device, PROBE_PROTOCOL } from '@trainyard/contracts';
import type { WorkerDevice } from '@trainyard/db';
import { runChild } from '../child/run-child.js';

const SCRIPT = new URL('../children/probe.js', import.meta.url);
const TIMEOUT_MS = 60_000;

export function probeDevices(stop: AbortSignal): Promise<WorkerDevice[]> {
  return Promise.all(DEVICES.map((device) => probe(device, stop)));
}

async function probe(device: Device, stop: AbortSignal): Promise<WorkerDevice> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const outcome = await runChild({
    script: SCRIPT,
    protocol: PROBE_PROTOCOL,
    task: { device },
    onReport: async () => {},
    stop,
    kill: timeout,
  });
  if (outcome.type === 'done') return { device, available: true, reason: null };
  if (outcome.type === 'failed') return { device, available: false, reason: outcome.error.message };
  if (timeout.aborted) return { device, available: false, reason: `Its probe took over ${TIMEOUT_MS / 1000} s.` };
  if (outcome.type === 'stopped') return { device, available: false, reason: 'Its probe was stopped.' };
  return { device, available: false, reason: `Its probe ended with ${outcome.exit}.` };
}
