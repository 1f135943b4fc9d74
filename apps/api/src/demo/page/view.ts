/** What the page shows: the image as the model sees it, and its answer as bars. */
import type { DemoAbout } from './about.js';
import type { Pixels } from './resample.js';

const ROWS_MAX = 5;
/** Labels are independent of one another, so more of them are of interest. */
const LABELS_MAX = 12;
/** From here on a label is said to be there, as endpoints say it. */
const THRESHOLD = 0.5;

export function showStatus(text: string, isError = false): void {
  const status = byId('status');
  status.textContent = text;
  status.classList.toggle('error', isError);
}

/** Draws the pixels that the model gets. */
export function showPixels({ width, height, channels, data }: Pixels): void {
  const canvas = byId('seen');
  if (!(canvas instanceof HTMLCanvasElement)) throw new TypeError('The page has no canvas.');
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let place = 0; place < width * height; place++) {
    for (let channel = 0; channel < 3; channel++) {
      rgba[4 * place + channel] = data[place * channels + Math.min(channel, channels - 1)];
    }
    rgba[4 * place + 3] = 255;
  }
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.putImageData(new ImageData(rgba, width, height), 0, 0);
  byId('drop').classList.add('filled');
}

export function showAnswer(outputs: Float32Array, { labels, task }: DemoAbout): void {
  const rows = labels.map((label, place) => ({ label, value: outputs[place] }));
  const isRegression = task === 'regression';
  if (!isRegression) rows.sort((a, b) => b.value - a.value);
  const most = task === 'multilabel' ? LABELS_MAX : isRegression ? rows.length : ROWS_MAX;
  const shown = rows.slice(0, most).map((row, place) => {
    const isChosen = task === 'multilabel' ? row.value >= THRESHOLD : place === 0;
    return isRegression ? numberRow(row) : barRow(row, isChosen);
  });
  byId('answer').replaceChildren(...shown);
  const rest = rows.length - shown.length;
  byId('rest').textContent = rest > 0 ? `and ${rest} more below these` : '';
}

interface Row {
  label: string;
  value: number;
}

function barRow({ label, value }: Row, isChosen: boolean): HTMLLIElement {
  const row = numberRow({ label, value }, percent(value));
  const bar = document.createElement('div');
  bar.className = 'bar';
  bar.style.setProperty('--share', String(value));
  row.append(bar);
  row.classList.toggle('chosen', isChosen);
  return row;
}

function numberRow({ label, value }: Row, text = String(Number(value.toPrecision(6)))): HTMLLIElement {
  const row = document.createElement('li');
  row.dataset.label = label;
  row.dataset.value = String(value);
  row.append(span('label', label), span('value', text));
  return row;
}

function span(name: string, text: string): HTMLSpanElement {
  const element = document.createElement('span');
  element.className = name;
  element.textContent = text;
  return element;
}

function percent(value: number): string {
  const share = 100 * value;
  if (share > 0 && share < 0.1) return '< 0.1 %';
  return `${share.toFixed(share < 99.95 && share >= 10 ? 1 : share >= 99.95 ? 0 : 2)} %`;
}

export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element) return element;
  throw new Error(`The page has no ${id}.`);
}
