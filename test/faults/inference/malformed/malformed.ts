// Thousands of requests that are no good: each is answered, none with a server's own error, and nothing is restarted.
import { expect } from 'vitest';
import { encodePng } from '../../../fixtures/png.js';
import {
  IMAGE,
  logged,
  modelPids,
  png,
  predict,
  randomPixels,
  type Serving,
  startedEndpoint,
} from '../../../inference/serving.js';
import type { FaultContext, FaultScenario } from '../../harness.js';
import { sharedServing } from '../bed.js';
import { brokenHttp } from './broken-http.js';
import { type Malformed, makeSamples, malformed, type Samples } from './requests.js';
import { type Reply, Sender, sendBytes } from './send.js';

const NAME = 'steadfast';
const AT_ONCE = 16;
/** After so many the good request is sent again. */
const CHECK_EVERY = 500;
/** It is enough to see some. */
const FAULTS_MAX = 10;
/** pino's `error`. */
const ERROR_LEVEL = 50;

export const malformedRequests: FaultScenario = {
  name: 'Malformed requests',
  rounds: { short: 1000, full: 20_000 },
  limitSeconds: { short: 120, full: 1800 },
  run: async (context, rounds) => {
    const serving = await sharedServing();
    await startedEndpoint(serving, NAME);
    const before = modelPids(serving.inference);
    const errorsBefore = errorsOf(serving).length;
    const first = await answer(serving);
    const ports = [serving.inference.port ?? 0, Number(serving.environment.TRAINYARD_PORT)];
    const round = { rounds, serving, ports, first, samples: await makeSamples(NAME) };
    const { statuses, faults } = await sendAll(context, round);
    expect(faults).toEqual([]);
    expect(await answer(serving)).toEqual(first);
    expect(modelPids(serving.inference)).toEqual(before);
    expect(serving.inference.process.exitCode).toBeNull();
    expect(errorsOf(serving).slice(errorsBefore)).toEqual([]);
    const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`);
    return { checked: `no 5xx, no restart; ${counts.join(', ')} (0: closed without an answer)` };
  },
};

function errorsOf(serving: Serving): Record<string, unknown>[] {
  return logged(serving.inference).filter(({ level }) => Number(level) >= ERROR_LEVEL);
}

interface Round {
  rounds: number;
  serving: Serving;
  /** Of the inference server and of the API. */
  ports: readonly number[];
  first: readonly unknown[];
  samples: Samples;
}

async function sendAll(context: FaultContext, round: Round) {
  const { dice } = context;
  const { rounds, serving, ports, first, samples } = round;
  const senders = ports.map((port) => new Sender(port, AT_ONCE));
  const statuses = new Map<number, number>();
  const faults: string[] = [];
  let sent = 0;
  const sendOne = async () => {
    const request = malformed(dice, samples);
    const way = dice.chance(0.75) ? 0 : 1;
    const bytes = dice.chance(0.04) ? brokenHttp(dice, request) : null;
    const reply = bytes ? await sendBytes(ports[way], bytes) : await senders[way].send(request);
    const fault = faultOf(request, reply, bytes !== null);
    if (fault !== null) faults.push(fault);
    statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
  };
  const work = async () => {
    while (sent < rounds && faults.length < FAULTS_MAX) {
      sent++;
      if (sent % CHECK_EVERY === 0) {
        expect(await answer(serving)).toEqual(first);
        context.say(`${sent} of ${rounds}`);
      }
      await sendOne();
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    for (const sender of senders) sender.close();
  }
  return { statuses, faults };
}

/** What is wrong with a reply; null where nothing is. */
function faultOf(request: Malformed, { status, type, text }: Reply, isBroken: boolean): string | null {
  const { method, path, headers, body } = request;
  const said = `${status} ${type} ${text.slice(0, 500)} for ${method} ${path}`;
  if (status >= 500 || (status < 200 && !isBroken)) {
    return `${said} ${JSON.stringify(headers)} ${body.toString('base64').slice(0, 4000)}`;
  }
  return status < 400 || isBroken || method === 'HEAD' || isError(type, text) ? null : said;
}

/** An error says what is wrong: in the form of the protocol below /v2, as a problem elsewhere. */
function isError(type: string, text: string): boolean {
  if (!/json/.test(type)) return false;
  const said: unknown = JSON.parse(text);
  return typeof said === 'object' && said !== null && ('error' in said || ('detail' in said && 'status' in said));
}

async function answer(serving: Serving): Promise<readonly unknown[]> {
  const sent = png(encodePng({ ...IMAGE, pixels: randomPixels(1) }));
  return (await predict(serving, NAME, sent)).predictions;
}
