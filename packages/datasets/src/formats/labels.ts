/** Labels as texts: how they are written in tables, and which of them are numbers. */

const WHOLE_NUMBER = /^-?\d{1,15}$/;
const WHOLE_NUMBER_AS_FRACTION = /^(-?\d{1,15})\.0*$/;
const FRACTION = /^[-+]?(\d+\.\d*|\.\d+)(e[-+]?\d+)?$|^[-+]?\d+e[-+]?\d+$/i;

/** A label as it is written in a table: without spaces around it, and 3.0 as 3; null where there is none. */
export function labelText(value: string): string | null {
  const text = value.trim().normalize('NFC');
  if (text === '' || text.toLowerCase() === 'nan') return null;
  return WHOLE_NUMBER_AS_FRACTION.exec(text)?.[1] ?? text;
}

export function isWholeNumber(label: string): boolean {
  return WHOLE_NUMBER.test(label);
}

export function isFraction(label: string): boolean {
  return FRACTION.test(label);
}
