/** The program of a demo page: loads the model that the page has within itself, and answers what images it is given. */
import type { DemoAbout } from './about.js';
import { type Classifier, openClassifier } from './classifier.js';
import { embeddedBytes, embeddedGzip, embeddedText } from './embedded.js';
import { modelPixels } from './model-pixels.js';
import { readImage } from './read-image.js';
import { byId, showAnswer, showPixels, showStatus } from './view.js';

const about: DemoAbout = JSON.parse(embeddedText('about'));
const opened = openModel();
let newest = 0;

listen();
opened.then(
  () => newest === 0 && setState('ready', 'The model is loaded. Give it an image.'),
  (error: unknown) => setState('failed', `The model cannot run in this browser: ${messageOf(error)}`),
);

async function openModel(): Promise<Classifier> {
  const classifier = await openClassifier(await embeddedGzip('runtime'), embeddedBytes('model'));
  // The first run takes longer than those that follow.
  const { width, height, channels } = about.image;
  await classifier.predict({ width, height, channels, data: new Uint8Array(width * height * channels) });
  return classifier;
}

/** Of several images in a row the newest is answered. */
async function answer(file: Blob): Promise<void> {
  const asked = ++newest;
  setState('working', 'Looking …');
  try {
    const image = await readImage(file);
    const pixels = modelPixels(image, about.image);
    const classifier = await opened;
    if (asked !== newest) return;
    showPixels(pixels);
    const startedAt = performance.now();
    const outputs = await classifier.predict(pixels);
    const took = performance.now() - startedAt;
    showAnswer(outputs, about);
    setState('done', summaryOf(image, took));
  } catch (error) {
    if (asked === newest) setState('failed', `No answer: ${messageOf(error)}`);
  }
}

function summaryOf({ width, height }: { width: number; height: number }, took: number): string {
  return `${width} × ${height} pixels, answered here in ${took.toFixed(took < 10 ? 1 : 0)} ms`;
}

function listen(): void {
  const picker = byId('file');
  if (!(picker instanceof HTMLInputElement)) throw new TypeError('The page has no file input.');
  picker.addEventListener('change', () => {
    answerFirst(picker.files);
    // So that the same file may be chosen again.
    picker.value = '';
  });
  const drop = byId('drop');
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
  for (const end of ['dragleave', 'drop']) document.addEventListener(end, () => drop.classList.remove('over'));
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    answerFirst(event.dataTransfer?.files);
  });
  document.addEventListener('paste', (event) => answerFirst(event.clipboardData?.files));
}

function answerFirst(files: FileList | null | undefined): void {
  const file = files?.[0];
  if (file) void answer(file);
}

function setState(state: 'ready' | 'working' | 'done' | 'failed', text: string): void {
  document.body.dataset.state = state;
  showStatus(text, state === 'failed');
}

function messageOf(error: unknown): string {
  if (error instanceof DOMException) {
    return 'the file is no image that this browser reads. Use JPEG, PNG, WebP, GIF, BMP or AVIF.';
  }
  return error instanceof Error ? error.message : String(error);
}
