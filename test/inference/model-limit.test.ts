// A server that may hold two models at once, in this process; the models' processes are real.
import { expect, it } from 'vitest';
import { ask, ownServer } from './own-server.js';
import { isAlive, openServing, startedEndpoint, storedCheckpoint, until } from './serving.js';

it('ends the model that was idle longest to make room, and loads it again when it is asked', async () => {
  const serving = await openServing();
  const { db, projectId } = serving;
  const pids: number[] = [];
  const log = (line: string) => {
    const { msg, model_pid } = JSON.parse(line);
    if (msg === 'a model is loaded') pids.push(model_pid);
  };
  const server = await ownServer(serving, { modelsMax: 2, logger: { level: 'info', stream: { write: log } } });
  // On a busy machine loading may take longer than a request waits for it; that is told, and asked again.
  const answers = async (name: string) => {
    const { status } = await until(
      () => ask(server, name),
      (answer) => answer.status !== 503,
    );
    expect([name, status]).toEqual([name, 200]);
  };

  const checkpoints = [];
  for (const name of ['one', 'two', 'three']) {
    checkpoints.push(await storedCheckpoint(serving));
    expect(await startedEndpoint(serving, name, checkpoints.at(-1))).toMatchObject({ status: 'ready' });
  }
  const [one, two, three] = pids;
  expect(pids).toHaveLength(3);
  await until(
    () => isAlive(one),
    (alive) => !alive,
  );
  expect([isAlive(two), isAlive(three)]).toEqual([true, true]);
  await until(
    () => db.endpoints.get(projectId, 'one'),
    ({ status, load }) => status === 'unloaded' && load.servers.length === 0,
  );

  await answers('two');
  await answers('one');
  expect(pids).toHaveLength(4);
  await until(
    () => isAlive(three),
    (alive) => !alive,
  );
  expect(isAlive(two)).toBe(true);
  await until(
    () => db.endpoints.get(projectId, 'one'),
    ({ status }) => status === 'ready',
  );

  // Ten endpoints in all; those of a checkpoint one after another, so that little is loaded again.
  const families = [
    ['one', 'a', 'b', 'c'],
    ['two', 'd', 'e'],
    ['three', 'f', 'g'],
  ];
  for (const [place, names] of families.entries()) {
    for (const name of names.slice(1)) await startedEndpoint(serving, name, checkpoints[place]);
  }
  for (const name of families.flat()) await answers(name);
  await server.close();
  await until(
    () => pids.some(isAlive),
    (alive) => !alive,
  );
}, 120_000);
