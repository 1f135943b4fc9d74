// docs/reference/training.md: every field of `training`, and the optimizers, schedules, losses and metrics.
import { argumentsOf, defaultOf, descriptionOf, kindLines, kindsOf, table, typeOf } from './schema-text.mjs';

/** @param {import('typebox').TSchema} training */
export function trainingPage(training) {
  /** @type {import('./schema-text.mjs').Schema} */
  const schema = training;
  const fields = argumentsOf(schema);
  const rows = fields.map(([name, field]) => [
    `\`${name}\``,
    choicesOf(field).length > 0 ? `[kinds](#${name})` : typeOf(field),
    defaultOf(field, name, schema),
    descriptionOf(field),
  ]);
  const sections = fields.flatMap(([name, field]) => {
    if (choicesOf(field).length > 0) return [section(name, field)];
    const object = objectOf(field);
    return object ? [fieldSection(name, object)] : [];
  });
  return `# Training

<!-- Written by \`npm run reference\` from the schemas; change those. -->

The \`training\` of \`POST /v1/jobs\`. Every field may be left out, and \`{}\` trains well. Formulas and defaults are Keras 3's.

${table(['field', 'takes', 'default', ''], rows)}

${sections.join('\n\n')}
`;
}

/** @param {import('./schema-text.mjs').Schema} field */
function choicesOf(field) {
  return [...kindsOf(field), ...kindsOf(field.items ?? {})];
}

/** The one object that a field takes. @param {import('./schema-text.mjs').Schema} field */
function objectOf(field) {
  return [field, ...(field.anyOf ?? [])].find(({ properties }) => properties !== undefined);
}

/** @param {string} name @param {import('./schema-text.mjs').Schema} object */
function fieldSection(name, object) {
  const rows = argumentsOf(object).map(([field, schema]) => [
    `\`${field}\``,
    typeOf(schema),
    defaultOf(schema, field, object),
    descriptionOf(schema),
  ]);
  return `## ${name}\n\n${table(['field', 'takes', 'default', ''], rows)}`;
}

/** @param {string} name @param {import('./schema-text.mjs').Schema} field */
function section(name, field) {
  return `## ${name}\n\n${kindLines(choicesOf(field))}`;
}
