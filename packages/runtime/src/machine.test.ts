import { arch } from 'node:os';
import { describe, expect, it } from 'vitest';
import { cpuTraits, machineTraits } from './machine.js';
import { runtimeVersion } from './session.js';

const X86 = `processor\t: 0
model name\t: One
flags\t\t: fpu vme sse sse2 aes smep avx512f fma avx2 hypervisor avx avx512_vnni amx_tile rdrand

processor\t: 1
flags\t\t: fpu
`;
const ARM = 'processor\t: 0\nFeatures\t: fp asimd evtstrm aes bf16 i8mm asimddp sve sve2 sme lrcpc\n';

describe('the traits of a machine', () => {
  it('are its instruction sets in one order, without those that no kernel is chosen by', () => {
    expect(cpuTraits(X86)).toBe(`${arch()} amx_tile avx avx2 avx512_vnni avx512f fma`);
    expect(cpuTraits(X86.replace('avx2 hypervisor avx ', 'avx avx2 '))).toBe(cpuTraits(X86));
    expect(cpuTraits(ARM)).toBe(`${arch()} asimd asimddp bf16 i8mm sme sve sve2`);
  });

  it('differ where an instruction set is missing', () => {
    expect(cpuTraits(X86.replace('avx2 ', ''))).not.toBe(cpuTraits(X86));
  });

  it('fall back to the name of the model', () => {
    for (const none of [null, 'Hardware: a board\n']) {
      expect(cpuTraits(none)).toMatch(new RegExp(`^${arch()} \\S`));
    }
  });

  it('are the same each time, and name the runtime', () => {
    expect(machineTraits()).toEqual(machineTraits());
    expect(machineTraits()).toEqual({
      cpu: expect.stringMatching(new RegExp(`^${arch()} \\S`)),
      onnxruntime_version: runtimeVersion(),
    });
  });
});
