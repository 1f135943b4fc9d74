// Says in a few words what a JSON schema takes.

/**
 * @typedef {object} Schema
 * @property {string} [type]
 * @property {unknown} [const]
 * @property {unknown[]} [enum]
 * @property {Schema[]} [anyOf]
 * @property {Schema} [items]
 * @property {Record<string, Schema>} [properties]
 * @property {string[]} [required]
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {number} [exclusiveMinimum]
 * @property {number} [exclusiveMaximum]
 * @property {unknown} [default]
 * @property {string} [description]
 * @property {Record<string, Schema>} [patternProperties]
 */

/** What a value must be. Kinds of objects, which have tables of their own, are only named. @param {Schema} schema @returns {string} */
export function typeOf(schema) {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  if (schema.anyOf) return unique(schema.anyOf.filter((option) => !isKind(option)).map(typeOf)).join(' or ');
  if (schema.type === 'array') return `[${typeOf(schema.items ?? {})}, …]`;
  if (schema.type === 'integer' || schema.type === 'number') return `${schema.type}${rangeOf(schema)}`;
  if (schema.type === 'object' && schema.properties) return `{${Object.keys(schema.properties).join(', ')}}`;
  return schema.type ?? 'any value';
}

/** Whether it is an object that is told apart from others by its `type`. @param {Schema} schema */
export function isKind(schema) {
  return schema.properties?.type?.const !== undefined;
}

/** The kinds of objects that a schema takes. @param {Schema} schema @returns {Schema[]} */
export function kindsOf(schema) {
  return (schema.anyOf ?? []).flatMap((option) => (isKind(option) ? [option] : kindsOf(option)));
}

/** The arguments of a kind, its `type` left out. @param {Schema} kind @returns {[string, Schema][]} */
export function argumentsOf(kind) {
  return Object.entries(kind.properties ?? {}).filter(([name]) => name !== 'type');
}

/** Kinds with their arguments and defaults, one line each; arguments that all have are told once. @param {Schema[]} kinds */
export function kindLines(kinds) {
  const texts = kinds.map(
    (kind) => new Map(argumentsOf(kind).map(([name, schema]) => [name, argumentText(name, schema)])),
  );
  const shared = [...(texts[0] ?? [])].filter(
    ([name, text]) => texts.length > 1 && texts.every((own) => own.get(name) === text),
  );
  const own = kinds.map((kind, i) => {
    const list = [...texts[i]].filter(([name]) => !shared.some(([other]) => other === name)).map(([, text]) => text);
    return `- \`${kind.properties?.type?.const}\`${list.length > 0 ? `: ${list.join('; ')}` : ''}`;
  });
  return [...own, ...(shared.length > 0 ? ['', `All take ${shared.map(([, text]) => text).join('; ')}.`] : [])].join(
    '\n',
  );
}

/** @param {string} name @param {Schema} schema */
function argumentText(name, schema) {
  const value = 'default' in schema ? ` ${JSON.stringify(schema.default)}` : '';
  const description = descriptionOf(schema);
  return `\`${name}\`${value}${description ? ` (${description})` : ''}`;
}

/** @param {Schema} schema */
export function descriptionOf(schema) {
  return schema.description ?? schema.anyOf?.find(({ description }) => description !== undefined)?.description ?? '';
}

/** The default of a field of `owner`, or that it has to be given. @param {Schema} schema @param {string} name @param {Schema} owner */
export function defaultOf(schema, name, owner) {
  if ('default' in schema) return `\`${JSON.stringify(schema.default)}\``;
  return owner.required?.includes(name) ? 'required' : '';
}

/** @param {Schema} schema */
function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }) {
  const parts = [
    minimum === undefined ? '' : `≥ ${minimum}`,
    exclusiveMinimum === undefined ? '' : `> ${exclusiveMinimum}`,
    maximum === undefined ? '' : `≤ ${maximum}`,
    exclusiveMaximum === undefined ? '' : `< ${exclusiveMaximum}`,
  ].filter((part) => part !== '');
  return parts.length > 0 ? ` ${parts.join(', ')}` : '';
}

/** A table of Markdown. @param {string[]} head @param {string[][]} rows */
export function table(head, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** @param {string[]} values */
function unique(values) {
  return [...new Set(values)];
}
