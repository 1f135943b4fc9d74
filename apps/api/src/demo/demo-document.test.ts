import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { demoDocument, demoPolicy } from './demo-document.js';
import type { DemoAbout } from './page/about.js';

const ASSETS = {
  program: 'let a = 1 < 2;',
  style: 'p { margin: 0 }',
  runtime: 'AAEC',
  runtimeVersion: '1.2.3',
  digest: '',
};
const HOSTILE = '</title></script><script>alert("1 & 2")</script>';

const about: DemoAbout = {
  title: HOSTILE,
  checkpoint_id: 'ckpt_1',
  task: 'multiclass',
  labels: [HOSTILE, '<!--'],
  image: { width: 2, height: 3, channels: 1, fit: 'contain' },
  certificate: { images: 9, source: 'test', largest_difference: 2e-7, tolerance: 1e-4 },
};

async function written(): Promise<string> {
  let text = '';
  for await (const part of demoDocument({ about, assets: ASSETS, model: Readable.from([Buffer.from('onnx')]) })) {
    text += part;
  }
  return text;
}

/** The text of a script element, by the attribute that it has. */
function scriptOf(page: string, attribute: string): string {
  const [, rest = ''] = page.split(`${attribute}>`);
  return rest.slice(0, rest.indexOf('</script>'));
}

it('holds the model, the runtime and what is told of the model, whatever its names are', async () => {
  const page = await written();
  expect(Buffer.from(scriptOf(page, 'id="model"'), 'base64').toString()).toBe('onnx');
  expect(scriptOf(page, 'id="runtime"')).toBe(ASSETS.runtime);
  expect(JSON.parse(scriptOf(page, 'id="about"'))).toEqual(about);
  expect(page.match(/<script/g)).toHaveLength(4);
  expect(page).toContain('<h1>&lt;/title&gt;');
});

it('may run its own program and style, and nothing else', async () => {
  const page = await written();
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  expect(demoPolicy(ASSETS)).toContain(`script-src ${hash(scriptOf(page, 'type="module"'))} 'wasm-unsafe-eval';`);
  expect(demoPolicy(ASSETS)).toContain(`style-src ${hash(ASSETS.style)};`);
  expect(demoPolicy(ASSETS)).toMatch(/^default-src 'none'; /);
  expect(page).toContain(`content="${demoPolicy(ASSETS)}"`);
});
