import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stderrLines } from './stderr-lines.js';

describe('stderrLines', () => {
  it('leaves the frames of a stack out, and keeps what was said', () => {
    const error = new TypeError('There is no such tensor');
    expect(stderrLines(`${error.stack}\n  code: 'internal'\n\n`, [])).toEqual([
      'TypeError: There is no such tensor',
      "  code: 'internal'",
    ]);
    const frames = ['    at async train (file:///x/train.js:1:2)', '    at node:internal/x:1:2', '    at /x/y.js:3:4'];
    expect(stderrLines(frames.join('\n'), [])).toEqual([]);
    expect(stderrLines('the loss at step 3 is NaN\n  at /training/batch_size a number', [])).toHaveLength(1);
  });

  it('hides the folders of this machine', () => {
    const text = `cannot open /srv/objects/checkpoints/a.safetensors\nsee ${join(tmpdir(), 'x')}\n${process.cwd()}/packages/y.js`;
    const lines = stderrLines(text, ['/srv/objects']);
    expect(lines).toEqual([
      'cannot open …/checkpoints/a.safetensors',
      'see …/x',
      expect.stringMatching(/^…\/.*y\.js$/),
    ]);
  });

  it.each([
    ['postgresql://me:pass%2Fword@host:5432/db', 'postgresql://…@host:5432/db'],
    ['authorization: Bearer ty_abc.DEF-123', 'authorization: Bearer …'],
    ['secret whsec_AAAABBBB+/== was used', 'secret whsec_… was used'],
    ['TRAINYARD_API_KEY=abc123 and more', 'TRAINYARD_API_KEY=… and more'],
    ['"password": "hunter2"', '"password": "…"'],
  ])('hides the secret in %s', (text, expected) => {
    expect(stderrLines(text, [])).toEqual([expected]);
  });

  it('keeps the last 50 lines', () => {
    const lines = stderrLines(Array.from({ length: 80 }, (_, i) => `line ${i}`).join('\r\n'), []);
    expect(lines).toHaveLength(50);
    expect(lines[49]).toBe('line 79');
  });
});
