/** The demo page of a model: one HTML file that needs no other, and may load none. */
import { createHash } from 'node:crypto';
import { base64Text } from './base64-text.js';
import type { DemoAssets } from './demo-assets.js';
import type { DemoAbout } from './page/about.js';

export interface DemoParts {
  about: DemoAbout;
  assets: DemoAssets;
  /** The ONNX file. */
  model: AsyncIterable<Uint8Array>;
}

/** What the page may do: run the one program and style that it has, and WebAssembly; connect to nothing. */
export function demoPolicy({ program, style }: Pick<DemoAssets, 'program' | 'style'>): string {
  return [
    "default-src 'none'",
    `script-src ${hashOf(program)} 'wasm-unsafe-eval'`,
    `style-src ${hashOf(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** The model is read while the page is sent. */
export async function* demoDocument({ about, assets, model }: DemoParts): AsyncGenerator<string> {
  yield head(about, assets);
  yield `<script type="text/plain" id="model">`;
  yield* base64Text(model);
  yield `</script>
<script type="text/plain" id="runtime">${assets.runtime}</script>
<script type="module">${assets.program}</script>
</body>
</html>
`;
}

function head(about: DemoAbout, assets: DemoAssets): string {
  const { title, image } = about;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${demoPolicy(assets)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${assets.style}</style>
</head>
<!-- Has in it ONNX Runtime Web ${escaped(assets.runtimeVersion)}, Copyright (c) Microsoft Corporation, MIT License. -->
<body data-state="loading">
<header>
<h1>${escaped(title)}</h1>
<p>${escaped(subtitle(about))}</p>
</header>
<main>
<label id="drop"><input id="file" type="file" accept="image/*"><span>Drop an image here,<br>click, or paste one</span><canvas id="seen" aria-label="The image as the model sees it, ${image.width} × ${image.height} pixels"></canvas></label>
<section aria-live="polite">
<p id="status">Loading the model …</p>
<ol id="answer"></ol>
<p id="rest"></p>
</section>
</main>
<footer>${escaped(footer(about))}</footer>
<noscript>This page needs JavaScript to run its model.</noscript>
<script type="application/json" id="about">${JSON.stringify(about).replaceAll('<', '\\u003c')}</script>
`;
}

const NOUNS = { multiclass: 'classes', binary: 'classes', multilabel: 'labels', regression: 'values' } as const;

function subtitle({ task, labels, image }: DemoAbout): string {
  const colours = image.channels === 1 ? 'grey' : 'colour';
  return `${labels.length} ${NOUNS[task]} from ${colours} images of ${image.width} × ${image.height} pixels. The model is in this page: what you look at stays here.`;
}

function footer({ checkpoint_id, certificate }: DemoAbout): string {
  const { images, source, largest_difference, tolerance } = certificate;
  const of = source === 'random' ? 'random images' : `images of the ${source} split`;
  const figure = largest_difference === 0 ? '0' : largest_difference.toExponential(1);
  return `${checkpoint_id}. On ${images} ${of} this model differs by at most ${figure} from the service that trained it (tolerance ${tolerance.toExponential(0)}).`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
