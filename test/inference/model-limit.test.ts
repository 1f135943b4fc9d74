// A server that may hold two models at once, in this process; the models' processes are real.
import { join } from 'node:path';
import { buildInference } from '@trainyard/inference';
import { expect, it } from 'vitest';
import { encodePng } from '../fixtures/png.js';
import { atEnd, TEST_KEY } from '../setup/index.js';
import { IMAGE, isAlive, randomPixels, startedEndpoint, startServing, until } from './serving.js';

const NAMES = ['one', 'two', 'three'];

it('ends the model that was idle longest to make room, and loads it again when it is asked', async () => {
  const serving = await startServing();
  for (const name of NAMES) await startedEndpoint(serving, name);
  const pids: number[] = [];
  const log = (line: string) => {
    const { msg, model_pid } = JSON.parse(line);
    if (msg === 'a model is loaded') pids.push(model_pid);
  };
  const app = await buildInference({
    ...serving,
    objectsDir: join(serving.environment.TRAINYARD_DATA_DIR, 'objects'),
    threads: 1,
    modelsMax: 2,
    logger: { level: 'info', stream: { write: log } },
  });
  atEnd(() => app.close());
  const ask = async (name: string) => {
    const answer = await app.inject({
      method: 'POST',
      url: `/v1/endpoints/${name}/predict`,
      headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'image/png' },
      payload: encodePng({ ...IMAGE, pixels: randomPixels(1) }),
    });
    expect([name, answer.statusCode]).toEqual([name, 200]);
  };

  await ask('one');
  await ask('two');
  await ask('one');
  await ask('three');
  const [one, two, three] = pids;
  expect(pids).toHaveLength(3);
  await until(
    () => isAlive(two),
    (alive) => !alive,
  );
  expect([isAlive(one), isAlive(three)]).toEqual([true, true]);
  await ask('two');
  expect(pids).toHaveLength(4);
  await app.close();
  await until(
    () => pids.some(isAlive),
    (alive) => !alive,
  );
});
