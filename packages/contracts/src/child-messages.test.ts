import { describe, expect, it } from 'vitest';
import { TRAINER_PROTOCOL } from './child-messages.js';

const { parseMessage } = TRAINER_PROTOCOL;

describe('TRAINER_PROTOCOL', () => {
  it('lets a report through unchanged', () => {
    const rows = [{ step: 1, epoch: 1, loss: 2.3, accuracy: 0.1, learning_rate: 0.001 }];
    const progress = { epoch: 1, epochs: 1, step: 1, steps: 8, fraction: 0.125, eta_s: null, images_per_s: 900 };
    const message = { seq: 3, body: { type: 'steps', rows, progress, elapsed_s: 1.5 } };
    expect(parseMessage(message)).toEqual(message);
  });

  it('refuses a figure that is no number, which JSON turns into null', () => {
    const rows = [{ step: 1, epoch: 1, loss: Number.NaN, learning_rate: 0.001 }];
    const progress = { epoch: 1, epochs: 1, step: 1, steps: 8, fraction: 0.125, eta_s: null, images_per_s: null };
    const sent = JSON.parse(JSON.stringify({ seq: 1, body: { type: 'steps', rows, progress, elapsed_s: 1.5 } }));
    expect(parseMessage(sent)).toBeNull();
  });

  it('refuses unknown types, unknown fields, unknown error codes and what has no number', () => {
    expect(parseMessage({ seq: 1, body: { type: 'hello' } })).toBeNull();
    expect(parseMessage({ seq: 1, body: { type: 'running', epoch: 0, extra: 1 } })).toBeNull();
    expect(parseMessage({ seq: 1, body: { type: 'failed', error: { code: 'nope', message: '' } } })).toBeNull();
    expect(parseMessage({ body: { type: 'running', epoch: 0 } })).toBeNull();
  });
});
