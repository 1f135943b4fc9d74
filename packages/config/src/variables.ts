/** Environment variables as typed values. */
import { IsOptional, type Static, type TObject, type TProperties } from 'typebox';
import { Value } from 'typebox/value';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong in the environment, a line for each variable. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(['The configuration is not valid:', ...problems.map((problem) => `  ${problem}`)].join('\n'));
    this.name = 'ConfigError';
  }
}

/** What an annotated schema may say of itself. */
interface Described {
  type?: string;
  default?: unknown;
  description?: string;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
}

/** The variables that `schema` names. An empty variable counts as unset. Throws `ConfigError`. */
export function readVariables<P extends TProperties>(schema: TObject<P>, env: Environment): Static<TObject<P>> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, property] of Object.entries<TProperties[string]>(schema.properties)) {
    const text = env[name];
    const described: Described = property;
    const value = text === undefined || text === '' ? described.default : fromText(text, described);
    if (value !== undefined && Value.Check(property, value)) values[name] = value;
    else if (value !== undefined) problems.push(`${name} is ${shown(name, text)}: expected ${expectation(described)}.`);
    else if (!IsOptional(property)) problems.push(`${name} is not set: expected ${expectation(described)}.`);
  }
  if (problems.length > 0 || !Value.Check(schema, values)) throw new ConfigError(problems);
  return values;
}

function fromText(text: string, { type }: Described): unknown {
  return type === 'integer' && /^-?\d+$/.test(text.trim()) ? Number(text) : text;
}

/** Addresses carry passwords and keys are secret, so neither is repeated in a message. */
function shown(name: string, text: string | undefined): string {
  return name.endsWith('_URL') || name.endsWith('_KEY') ? 'not valid' : JSON.stringify(text);
}

function expectation({ description, enum: words, type, minimum, maximum }: Described): string {
  if (description) return description;
  if (words) return `one of ${words.join(', ')}`;
  if (type !== 'integer') return 'a text';
  return maximum === undefined ? `a whole number from ${minimum}` : `a whole number from ${minimum} to ${maximum}`;
}
