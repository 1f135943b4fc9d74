/** Numbers as charts write them. */

export const NUMBER_FORMATS = ['number', 'integer', 'percent'] as const;
/** `percent` writes a share of 1: 0.25 as `25 %`. */
export type NumberFormat = (typeof NUMBER_FORMATS)[number];

const DIGITS = 4;

export function numberText(value: number, format: NumberFormat = 'number'): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : value > 0 ? '∞' : '−∞';
  if (format === 'integer') return grouped(Math.round(value));
  if (format === 'percent') return percent(value);
  return short(value);
}

/** A tick among others that are `step` apart: as many decimals as tell them apart. */
export function tickText(value: number, step: number): string {
  const size = Math.max(Math.abs(value), step);
  if (size >= 1e6 || step < 1e-5) return short(value);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return decimals === 0 ? grouped(value) : signed(value.toFixed(decimals));
}

function short(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size >= 1e6 || size < 1e-4) return signed(tidy(value.toExponential(2)));
  if (Number.isInteger(value)) return grouped(value);
  return signed(String(Number(value.toPrecision(DIGITS))));
}

/** 1.20e+6 as 1.2e6. */
function tidy(text: string): string {
  return text.replace(/\.?0*e\+?/, 'e');
}

function percent(share: number): string {
  const value = 100 * share;
  const size = Math.abs(value);
  return `${signed(value.toFixed(size === 0 || size >= 10 ? 0 : 1))} %`;
}

function grouped(value: number): string {
  return signed(String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ','));
}

function signed(text: string): string {
  return text.replace(/-/g, '−');
}
