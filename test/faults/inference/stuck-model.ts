// The process of a model stops and never goes on: it is given up after its time, and what waited behind is answered.
import { join } from 'node:path';
import { buildInference } from '@trainyard/inference';
import { expect } from 'vitest';
import { encodePng } from '../../fixtures/png.js';
import { IMAGE, isAlive, png, post, predict, randomPixels, startedEndpoint, until } from '../../inference/serving.js';
import { atEnd } from '../../setup/index.js';
import type { FaultScenario } from '../harness.js';
import { sharedServing } from './bed.js';

const NAME = 'stuck';
const ANSWER_MS = 1_000;

export const stuckModel: FaultScenario = {
  name: 'The process of a model stops for ever',
  rounds: { short: 1, full: 5 },
  limitSeconds: { short: 120, full: 300 },
  run: async ({ recovered }, rounds) => {
    const serving = await sharedServing();
    await startedEndpoint(serving, NAME);
    const pids: number[] = [];
    const log = (line: string) => {
      const { msg, model_pid } = JSON.parse(line);
      if (msg === 'a model is loaded') pids.push(model_pid);
    };
    const app = await buildInference({
      ...serving,
      objectsDir: join(serving.environment.TRAINYARD_DATA_DIR, 'objects'),
      threads: 1,
      answerMs: ANSWER_MS,
      logger: { level: 'info', stream: { write: log } },
    });
    atEnd(() => app.close());
    const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const asked = { ...serving, port: Number(port) };
    const image = png(encodePng({ ...IMAGE, pixels: randomPixels(1) }));
    const { predictions } = await predict(asked, NAME, image);
    let refused = 0;
    for (let round = 0; round < rounds; round++) {
      const pid = pids.at(-1) ?? 0;
      process.kill(pid, 'SIGSTOP');
      const stoppedAt = performance.now();
      const answers = await Promise.all(Array.from({ length: 6 }, () => post(asked, NAME, image)));
      for (const { status, headers } of answers) {
        expect([200, 503]).toContain(status);
        if (status === 503) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      }
      refused += answers.filter(({ status }) => status === 503).length;
      expect(performance.now() - stoppedAt).toBeGreaterThan(ANSWER_MS - 50);
      await until(
        () => isAlive(pid),
        (alive) => !alive,
      );
      const again = await until(
        () => post<{ predictions?: unknown }>(asked, NAME, image),
        ({ status }) => status === 200,
      );
      expect(again.body.predictions).toEqual(predictions);
      recovered(performance.now() - stoppedAt);
    }
    expect(refused).toBeGreaterThan(0);
    await app.close();
    return {
      checked: `given up after ${ANSWER_MS} ms and started again; ${refused} requests told 503 with Retry-After`,
    };
  },
};
