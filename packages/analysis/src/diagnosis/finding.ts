/** What a rule says of a training. */
import type { DiagnosisCode, DiagnosisEvidence, DiagnosisRemedy } from '@trainyard/contracts';
import type { Readings } from './readings.js';

export interface Finding {
  readonly code: DiagnosisCode;
  readonly confidence: number;
  readonly evidence: readonly DiagnosisEvidence[];
  readonly remedies: readonly DiagnosisRemedy[];
  /** Verdicts that are likely to follow from this one. */
  readonly explains?: readonly DiagnosisCode[];
}

/** Null where there is nothing to say. */
export type Rule = (readings: Readings) => Finding | null;

/** How sure: `least` where the value is at `from`, `most` where it is at `to` or beyond. */
export function grade(value: number, [from, to]: readonly [number, number], [least, most]: readonly [number, number]) {
  const part = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return Number((least + part * (most - least)).toFixed(3));
}

/** The same for values that range over orders of magnitude. */
export function gradeLog(value: number, [from, to]: readonly [number, number], range: readonly [number, number]) {
  return grade(Math.log(Math.max(value, 1e-30)), [Math.log(from), Math.log(to)], range);
}

/** A figure as a sentence has it. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

export function percent(value: number): string {
  return `${Number((100 * value).toPrecision(3))} %`;
}

/** Figures to four digits: they are read by people. */
export function figures(values: Readonly<Record<string, number | null | undefined>>): Record<string, number> {
  const known = Object.entries(values).flatMap(([name, value]) =>
    typeof value === 'number' && Number.isFinite(value) ? [[name, Number(value.toPrecision(4))] as const] : [],
  );
  return Object.fromEntries(known);
}
