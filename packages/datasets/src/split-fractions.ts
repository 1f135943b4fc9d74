/** Which share of the images goes to which split, from what was asked for and what the archive already says. */
import { SPLITS, type Split, type SplitOptions, TrainyardError } from '@trainyard/contracts';

export type SplitFractions = Readonly<Record<Split, number>>;

const DEFAULTS: SplitFractions = { train: 0.8, validation: 0.1, test: 0.1 };
const TOLERANCE = 1e-6;

/**
 * How the images without a split, and where others have one those of the train split, are to be divided. `named` are the
 * splits that the archive has. Its own test and validation images stay as they are; a part for validation is taken from
 * the train images where there is none, one for test only where it is asked for. Throws `invalid_dataset` for fractions
 * that do not fit together.
 */
export function divideTrain(named: ReadonlySet<Split>, options: SplitOptions = {}): SplitFractions {
  const asked = complete(options);
  if (!named.has('validation') && !named.has('test')) return asked;
  const validation = named.has('validation') ? 0 : (options.validation ?? DEFAULTS.validation);
  const test = named.has('test') ? 0 : (options.test ?? 0);
  return checked({ train: 1 - validation - test, validation, test });
}

/** Fills in the fractions that were left out, so that all of them are 1 together. */
function complete(options: SplitOptions): SplitFractions {
  const given = SPLITS.filter((split) => options[split] !== undefined);
  if (given.length === 0) return DEFAULTS;
  const rest = 1 - given.reduce((sum, split) => sum + (options[split] ?? 0), 0);
  if (rest < -TOLERANCE || (given.length === SPLITS.length && rest > TOLERANCE)) throw notOne(1 - rest);
  const { validation = DEFAULTS.validation, test = DEFAULTS.test } = options;
  if (options.train === undefined) return checked({ train: 1 - validation - test, validation, test });
  const left = Math.max(0, rest);
  const share = given.length === 1 ? left / 2 : left;
  return checked({ train: options.train, validation: options.validation ?? share, test: options.test ?? share });
}

function checked(fractions: SplitFractions): SplitFractions {
  if (fractions.train > TOLERANCE) return fractions;
  throw new TrainyardError('invalid_dataset', 'options.split leaves no image to train on. Make "train" larger.');
}

function notOne(sum: number): TrainyardError {
  const detail = `The fractions of options.split are ${Number(sum.toFixed(6))} together. Expected: 1.`;
  return new TrainyardError('invalid_dataset', detail);
}
