// docs/reference/layers.md: every layer with its arguments, and what the arguments choose from.
import { argumentsOf, defaultOf, descriptionOf, kindLines, kindsOf, table, typeOf } from './schema-text.mjs';

/** What every layer has. */
const COMMON = ['name', 'inputs', 'trainable'];

/** Sections that arguments of many layers point to. */
const CHOICES = /** @type {const} */ ([
  ['Activations', /^activation$/],
  ['Initialisers', /_initializer$/],
  ['Regularisers', /_regularizer$/],
  ['Constraints', /_constraint$/],
]);

/**
 * @param {import('typebox').TSchema} spec
 * @param {import('@trainyard/engine').Preset[]} presets
 */
export function layersPage(spec, presets) {
  const layers = layersOf(spec);
  return `# Layers

<!-- Written by \`npm run reference\` from the schemas; change those. -->

A model is \`{"input"?: {"width", "height", "channels"}, "layers": [...]}\`. A layer is
\`{"type": ..., "name"?: ..., "inputs"?: [...], ...arguments}\` with Keras' names, arguments and defaults (images are
height × width × channels; a \`null\` means the default). Without \`inputs\` a layer follows the one before it; \`"inputs": ["a", "b"]\`
names the layers that feed it, and \`"input"\` is the image. \`"trainable": false\` freezes a layer's weights. One layer alone may end the model: its outputs are the
model's. \`POST /v1/models/validate\` answers with every shape, count and estimate before anything is trained.

Ready-made: ${presets.map(({ id }) => `\`${id}\``).join(', ')} (\`GET /v1/models/presets\`).

${layers.map(layerSection).join('\n\n')}

${CHOICES.map(([title, pattern]) => choiceSection(title, pattern, layers)).join('\n\n')}
`;
}

/** @param {import('typebox').TSchema} spec @returns {import('./schema-text.mjs').Schema[]} */
function layersOf(spec) {
  /** @type {import('./schema-text.mjs').Schema} */
  const schema = spec;
  return schema.properties?.layers?.items?.anyOf ?? [];
}

/** @param {import('./schema-text.mjs').Schema} layer */
function layerSection(layer) {
  const rows = argumentsOf(layer)
    .filter(([name]) => !COMMON.includes(name))
    .map(([name, schema]) => [
      `\`${name}\``,
      linkOf(name) ?? typeOf(schema),
      defaultOf(schema, name, layer),
      descriptionOf(schema),
    ]);
  const list = rows.length > 0 ? `\n\n${table(['argument', 'takes', 'default', ''], rows)}` : '';
  return `## ${layer.properties?.type?.const}\n\n${layer.description ?? ''}${list}`;
}

/** @param {string} argument */
function linkOf(argument) {
  const choice = CHOICES.find(([, pattern]) => pattern.test(argument));
  return choice && `[${choice[0].toLowerCase().slice(0, -1)}](#${choice[0].toLowerCase()})`;
}

/** @param {string} title @param {RegExp} pattern @param {import('./schema-text.mjs').Schema[]} layers */
function choiceSection(title, pattern, layers) {
  const [schema] = layers.flatMap((layer) =>
    argumentsOf(layer).flatMap(([name, found]) => (pattern.test(name) ? [found] : [])),
  );
  return `## ${title}\n\nA name, or \`{"type": name, ...}\` with arguments.\n\n${kindLines(kindsOf(schema))}`;
}
