// A line that says what is being done and for how long: it counts on a terminal, and is printed once elsewhere.
import process from 'node:process';

const PERIOD_MS = 200;

/**
 * @param {string} label
 * @param {NodeJS.WriteStream} stream
 * @returns {{ update: (label: string) => void, end: () => void }}
 */
export function startStep(label, stream = process.stderr) {
  const started = Date.now();
  let text = label;
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
  const draw = () => stream.write(`\r\x1b[2K${text} … ${seconds()}`);
  const timer = stream.isTTY ? setInterval(draw, PERIOD_MS) : undefined;
  if (stream.isTTY) draw();
  else stream.write(`${text} …\n`);
  return {
    update(next) {
      if (!stream.isTTY && next !== text) stream.write(`${next} …\n`);
      text = next;
    },
    end() {
      if (timer === undefined) return;
      clearInterval(timer);
      stream.write(`\r\x1b[2K${label}: ${seconds()}\n`);
    },
  };
}
