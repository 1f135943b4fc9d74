// Who takes turns for one model: our server in each way that it can be asked, and what it is held against.

import { KEY } from '../servers.mjs';
import { jpegRequests, plainRequests, tensorRequests, toWire } from './requests.mjs';

/** As many as keep the server busy: each of these requests is a batch already. */
const BATCH_CONNECTIONS = 8;
const BATCH = 32;

/** @typedef {import('./models.mjs').ServedModel} ServedModel */
/** @typedef {import('./generator/window.mjs').Turn} Turn */
/** @typedef {import('./rivals/bare.mjs').Loop} Loop */
/** @typedef {{ per_s: number, server_cores: number } & Partial<Turn>} Taken Images a second, and what else is known */

/**
 * @typedef {object} Contender
 * @property {number} every How often it takes a turn: in each round, in every third, ...
 * @property {() => Promise<Taken>} take
 *
 * @typedef {object} Setting
 * @property {ServedModel} model
 * @property {import('./serving.mjs').Serving} serving
 * @property {import('./child.mjs').Child} generator
 * @property {import('./child.mjs').Child} bare
 * @property {{ port: number, pid: number }} echo
 * @property {{ port: number, pid: number }} handler
 * @property {{ tensor_1: Loop, tensor_32: Loop, jpeg: Loop }} loops
 * @property {number} connections
 * @property {{ rampMs: number, windowMs: number }} turn
 * @property {(roots: readonly number[]) => number[]} pidsOf
 */

/** Tells the generator all that it may be sent to do for this model. @param {Omit<Setting, 'loops'>} setting */
export async function addTargets({ model, serving, generator, echo, handler }) {
  const single = tensorRequests(model, 1, KEY);
  const { inference, api } = serving;
  const targets = {
    tensor_32: { port: inference.port, requests: tensorRequests(model, BATCH, KEY) },
    tensor_1: { port: inference.port, requests: single },
    jpeg: { port: inference.port, requests: jpegRequests(model, KEY) },
    public_tensor_1: { port: api.port, requests: single },
    echo: { port: echo.port, requests: single },
    handler_tensor: { port: handler.port, requests: plainRequests(model.pixels, 'application/octet-stream') },
    handler_jpeg: { port: handler.port, requests: plainRequests(model.jpegs, 'image/jpeg') },
  };
  for (const [name, { port, requests }] of Object.entries(targets)) {
    await generator.ask({ type: 'target', name, port, requests: requests.map(toWire) });
  }
}

/** By name; those with `every: 1` are judged. @param {Setting} setting @returns {Record<string, Contender>} */
export function contendersOf(setting) {
  const { serving, generator, bare, echo, handler, loops, connections, turn, pidsOf } = setting;
  const server = [serving.inference.pid];
  /** @param {string} name @param {readonly number[]} roots @param {number} [count] @param {number} [images] */
  const asked = (name, roots, count = connections, images = 1) => ({
    every: 1,
    take: async () => {
      /** @type {Turn} */
      const taken = await generator.ask({ type: 'closed', name, connections: count, pids: pidsOf(roots), ...turn });
      return { ...taken, per_s: images * taken.per_s };
    },
  });
  /** @param {Loop} loop */
  const looped = (loop) => ({ every: 1, take: () => bare.ask({ type: 'time', ...loop, ...turn }) });
  return {
    tensor_32: asked('tensor_32', server, BATCH_CONNECTIONS, BATCH),
    bare_32: looped(loops.tensor_32),
    tensor_1: asked('tensor_1', server),
    echo: asked('echo', [echo.pid]),
    handler: asked('handler_tensor', [handler.pid]),
    jpeg: asked('jpeg', server),
    bare_jpeg: looped(loops.jpeg),
    bare_1: { ...looped(loops.tensor_1), every: 3 },
    handler_jpeg: { ...asked('handler_jpeg', [handler.pid]), every: 3 },
    public_tensor_1: { ...asked('public_tensor_1', [serving.api.pid, serving.inference.pid]), every: 3 },
    one_connection: { ...asked('tensor_1', server, 1), every: 3 },
    public_one_connection: { ...asked('public_tensor_1', [serving.api.pid, serving.inference.pid], 1), every: 3 },
  };
}
