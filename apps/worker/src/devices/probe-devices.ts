/** Tries the devices in a child, once, when the worker starts; the child also reads what the machine is. */
import { DEVICES, type Device, PROBE_PROTOCOL, type ProbeReport } from '@trainyard/contracts';
import type { MachineTraits, WorkerDevice } from '@trainyard/db';
import { type ChildOutcome, runChild } from '../child/run-child.js';

const SCRIPT = new URL('../../dist/children/probe.js', import.meta.url);
const TIMEOUT_MS = 60_000;

export interface Probed {
  devices: WorkerDevice[];
  /** Null where no device works. */
  traits: MachineTraits | null;
}

export async function probeDevices(stop: AbortSignal): Promise<Probed> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const reports = new Map<Device, ProbeReport>();
  // The CPU is the first of them: what a driver does to the child afterwards does not touch what is known of it.
  const outcome = await runChild({
    child: { script: SCRIPT },
    protocol: PROBE_PROTOCOL,
    task: { devices: [...DEVICES] },
    onReport: async (report) => void reports.set(report.device, report),
    stop,
    kill: timeout,
  });
  const silence = timeout.aborted ? `Its probe took over ${TIMEOUT_MS / 1000} s.` : reasonOf(outcome);
  const works = [...reports.values()].find(({ type }) => type === 'works');
  return {
    devices: DEVICES.map((device) => found(device, reports.get(device), silence)),
    traits: works?.type === 'works' ? { cpu: works.cpu, onnxruntimeVersion: works.onnxruntime_version } : null,
  };
}

/** `silence`: why a device has no report. */
function found(device: Device, report: ProbeReport | undefined, silence: string): WorkerDevice {
  if (report?.type === 'works') return { device, available: true, reason: null };
  return { device, available: false, reason: report?.reason ?? silence };
}

function reasonOf(outcome: ChildOutcome): string {
  if (outcome.type === 'failed') return outcome.error.message;
  if (outcome.type === 'crashed') return `Its probe ended with ${outcome.exit}.`;
  return 'Its probe was stopped.';
}
