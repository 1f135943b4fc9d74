// A progress bar: redrawn in place on a terminal, a line now and then elsewhere.
import process from 'node:process';

const WIDTH = 24;
const LINE_EVERY_MS = 5000;

/** @typedef {{ update: (fraction: number, note: string) => void, end: () => void }} ProgressBar */

/**
 * @param {string} label
 * @param {NodeJS.WriteStream} stream
 * @returns {ProgressBar}
 */
export function createProgressBar(label, stream = process.stdout) {
  let printed = 0;
  let last = '';
  const redraw = stream.isTTY === true;
  return {
    update(fraction, note) {
      const line = formatBar(label, fraction, note);
      if (line === last) return;
      last = line;
      if (redraw) stream.write(`\r\x1b[2K${line.slice(0, (stream.columns ?? 80) - 1)}`);
      else if (Date.now() - printed >= LINE_EVERY_MS) {
        stream.write(`${line}\n`);
        printed = Date.now();
        last = '';
      }
    },
    end() {
      if (redraw) stream.write('\n');
      else if (last !== '') stream.write(`${last}\n`);
    },
  };
}

/** @param {string} label @param {number} fraction @param {string} note */
export function formatBar(label, fraction, note) {
  const part = Math.min(1, Math.max(0, fraction));
  const filled = Math.round(part * WIDTH);
  const percent = `${Math.floor(part * 100)}`.padStart(3);
  return `${label} ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${percent} %  ${note}`.trimEnd();
}

/** @param {import('@trainyard/contracts').Job} job @returns {string} The figures of a job that runs */
export function describeJob({ metrics, progress }) {
  const parts = [];
  if (typeof metrics?.loss === 'number') parts.push(`loss ${metrics.loss.toFixed(3)}`);
  if (typeof metrics?.accuracy === 'number') parts.push(`accuracy ${metrics.accuracy.toFixed(3)}`);
  if (typeof metrics?.val_accuracy === 'number') parts.push(`validation ${metrics.val_accuracy.toFixed(3)}`);
  if (typeof progress?.images_per_s === 'number') parts.push(`${Math.round(progress.images_per_s)} images/s`);
  if (typeof progress?.eta_s === 'number') parts.push(`ETA ${Math.ceil(progress.eta_s)} s`);
  return parts.join('  ');
}
