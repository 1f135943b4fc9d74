/**
 * The process of one model. It decodes images and runs the session, both of which would keep a server from answering,
 * and a graph that aborts takes no more than this process along. It ends when its parent is gone or lets go of it.
 */
import {
  type ModelOrder,
  type ModelReport,
  type ModelTask,
  parseModelOrder,
  TrainyardError,
  toErrorRecord,
} from '@trainyard/contracts';
import { LoadedModel } from './loaded-model.js';

let model: LoadedModel | undefined;

process.once('disconnect', () => process.exit(0));
// The parent may have gone while this process was loading; that event is over.
if (!process.connected) process.exit(0);
// A Ctrl-C reaches the whole process group; the parent decides when this process has answered its last request.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

process.on('message', (message) => {
  const order = parseModelOrder(message);
  if (order === null) throw new TypeError('This is no order to a model process.');
  void follow(order);
});

function follow(order: ModelOrder): Promise<void> {
  return order.type === 'load' ? load(order.task) : predict(order);
}

async function load(task: ModelTask): Promise<void> {
  try {
    model = await LoadedModel.load(task);
    report({ type: 'loaded' });
  } catch (error) {
    report({ type: 'failed', ...failure(error) });
  }
}

async function predict({ number, input }: Extract<ModelOrder, { type: 'predict' }>): Promise<void> {
  try {
    if (model === undefined) throw new TrainyardError('endpoint_not_ready', 'The model is not loaded. Try again.');
    report({ type: 'predicted', number, ...(await model.predict(input)) });
  } catch (error) {
    report({ type: 'refused', number, ...failure(error) });
  }
}

/** The record for the caller, and for the log what the record leaves out. */
function failure(error: unknown) {
  const cause = error instanceof TrainyardError ? error.cause : error;
  const log = cause instanceof Error ? (cause.stack ?? cause.message) : undefined;
  return { error: toErrorRecord(error), ...(log === undefined ? {} : { log }) };
}

/** Nobody is left to report to once the channel is closed. */
function report(message: ModelReport): void {
  process.send?.(message, undefined, {}, (error) => {
    if (error) process.exit(0);
  });
}
