/** Tries each device in a child of its own, once, when the worker starts; the child also reads what the machine is. */
import { DEVICES, type Device, PROBE_PROTOCOL } from '@trainyard/contracts';
import type { MachineTraits, WorkerDevice } from '@trainyard/db';
import { runChild } from '../child/run-child.js';

const SCRIPT = new URL('../children/probe.js', import.meta.url);
const TIMEOUT_MS = 60_000;

export interface Probed {
  devices: WorkerDevice[];
  /** Null where no device works. */
  traits: MachineTraits | null;
}

export async function probeDevices(stop: AbortSignal): Promise<Probed> {
  const probes = await Promise.all(DEVICES.map((device) => probe(device, stop)));
  return {
    devices: probes.map(({ found }) => found),
    traits: probes.map(({ traits }) => traits).find((each) => each !== null) ?? null,
  };
}

async function probe(
  device: Device,
  stop: AbortSignal,
): Promise<{ found: WorkerDevice; traits: MachineTraits | null }> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let traits: MachineTraits | null = null;
  const outcome = await runChild({
    script: SCRIPT,
    protocol: PROBE_PROTOCOL,
    task: { device },
    onReport: async ({ cpu, onnxruntime_version: onnxruntimeVersion }) => {
      traits = { cpu, onnxruntimeVersion };
    },
    stop,
    kill: timeout,
  });
  if (outcome.type === 'done') return { found: { device, available: true, reason: null }, traits };
  const missing = (reason: string) => ({ found: { device, available: false, reason }, traits: null });
  if (outcome.type === 'failed') return missing(outcome.error.message);
  if (timeout.aborted) return missing(`Its probe took over ${TIMEOUT_MS / 1000} s.`);
  if (outcome.type === 'stopped') return missing('Its probe was stopped.');
  return missing(`Its probe ended with ${outcome.exit}.`);
}
