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
  const sections = fields
    .filter(([, field]) => choicesOf(field).length > 0)
    .map(([name, field]) => section(name, field));
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

/** @param {string} name @param {import('./schema-text.mjs').Schema} field */
function section(name, field) {
  return `## ${name}\n\n${kindLines(choicesOf(field))}`;
}
