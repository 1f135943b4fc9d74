/**
 * What of a machine decides the bits that onnxruntime computes on its CPU: the instructions that its kernels are chosen by,
 * and its version. Machines of equal traits give equal bytes for the same plan.
 */
import { readFileSync } from 'node:fs';
import { arch, cpus } from 'node:os';
import { runtimeVersion } from './session.js';

export interface MachineTraits {
  /** The architecture and the instruction sets in alphabetical order, for example `x64 avx avx2 fma`. */
  cpu: string;
  /** For example `1.29.0`. */
  onnxruntime_version: string;
}

/** Instruction sets, as Linux names them, by which kernels differ: x86 first, then ARM. */
const INSTRUCTION_SETS =
  /^(?:sse4_1|avx|f16c|fma|avx2|avx_\w+|avx512\w*|amx_\w+|asimd|asimdhp|asimddp|asimdfhm|i8mm|bf16|sve\w*|sme|sme2\w*|sme_\w+)$/;

export function machineTraits(): MachineTraits {
  return { cpu: cpuTraits(readCpuInfo()), onnxruntime_version: runtimeVersion() };
}

/** `cpuInfo` is the text of `/proc/cpuinfo`; without one the name of the model stands for its instructions. */
export function cpuTraits(cpuInfo: string | null): string {
  const flags =
    cpuInfo
      ?.match(/^(?:flags|Features)\s*:(.*)$/m)?.[1]
      .trim()
      .split(/\s+/) ?? [];
  const sets = flags.filter((flag) => INSTRUCTION_SETS.test(flag)).sort();
  return [arch(), ...(sets.length > 0 ? sets : [cpus()[0]?.model.trim() ?? 'unknown'])].join(' ');
}

function readCpuInfo(): string | null {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return null;
  }
}
