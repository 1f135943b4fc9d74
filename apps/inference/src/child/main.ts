/**
 * The process of one model. It decodes images and runs the session, both of which would keep a server from answering,
 * and a graph that aborts takes no more than this process along. It ends when its parent is gone or lets go of it.
 */
import { Socket } from 'node:net';
import {
  type ModelOrder,
  type ModelReport,
  type ModelTask,
  parseModelOrder,
  TrainyardError,
} from '@trainyard/contracts';
import { loadDecoder } from '@trainyard/datasets';
import { answerGroups } from './answer-groups.js';
import { failureOf } from './failure.js';
import { ImageExplainer } from './image-explainer.js';
import { LoadedModel } from './loaded-model.js';

/** The descriptor of the pipe that groups come by; `models/model-process.ts` has the same. */
const PIPE = 4;

process.once('disconnect', () => process.exit(0));
// The parent may have gone while this process was loading; that event is over.
if (!process.connected) process.exit(0);

// A Ctrl-C reaches the whole process group; the parent decides when this process has answered its last request.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

process.on('message', (message) => {
  const order = parseModelOrder(message);
  if (order === null) throw new TypeError('This is no order to a model process.');
  void (order.type === 'load' ? load(order.task) : explain(order));
});

let explainer: ImageExplainer | undefined;

async function load(task: ModelTask): Promise<void> {
  try {
    const [model] = await Promise.all([LoadedModel.load(task), loadDecoder()]);
    answerGroups(new Socket({ fd: PIPE, readable: true, writable: true }), model);
    explainer = new ImageExplainer(model, task);
    report({ type: 'loaded', description: model.description });
  } catch (error) {
    report({ type: 'failed', ...failureOf(error) });
  }
}

async function explain({ number, request }: Extract<ModelOrder, { type: 'explain' }>): Promise<void> {
  try {
    if (explainer === undefined) throw new TrainyardError('endpoint_not_ready', 'The model is not loaded. Try again.');
    report({ type: 'explained', number, explained: await explainer.explain(request) });
  } catch (error) {
    report({ type: 'unexplained', number, ...failureOf(error) });
  }
}

/** Nobody is left to report to once the channel is closed. */
function report(message: ModelReport): void {
  process.send?.(message, undefined, {}, (error) => {
    if (error) process.exit(0);
  });
}
