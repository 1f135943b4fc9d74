/** `GET /v1/evaluations/{id}/{confusion,roc,precision-recall,reliability,residuals,mistakes,label-errors}.png` */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import {
  EVALUATION_PICTURES,
  type EvaluationPicture,
  type EvaluationResult,
  TrainyardError,
} from '@trainyard/contracts';
import { endedEvaluation } from '../../evaluations/ended-evaluation.js';
import { readEvaluatedPixels } from '../../evaluations/read-pixels.js';
import { picturesOf } from '../../evaluations/show-evaluation.js';
import { evaluationChart } from '../../pictures/evaluation-charts.js';
import { IMMUTABLE, pngResponse } from '../../pictures/send-picture.js';
import { IdParams } from '../../schemas/parameters.js';
import { keyedProblems } from '../../schemas/problems.js';

/** Images on a sheet. */
const SHOWN = 24;

const SUMMARIES: Readonly<Record<EvaluationPicture, string>> = {
  confusion: 'Look at which classes are taken for which',
  roc: 'Look at the ROC curves',
  'precision-recall': 'Look at the precision-recall curves',
  reliability: 'Look at whether probabilities mean what they say',
  residuals: 'Look at the residuals of a regression',
  mistakes: 'Look at the worst mistakes in one picture',
  'label-errors': 'Look at labels that are probably wrong in one picture',
};

const OPERATIONS: Readonly<Record<EvaluationPicture, string>> = {
  confusion: 'getEvaluationConfusion',
  roc: 'getEvaluationRoc',
  'precision-recall': 'getEvaluationPrecisionRecall',
  reliability: 'getEvaluationReliability',
  residuals: 'getEvaluationResiduals',
  mistakes: 'getEvaluationMistakes',
  'label-errors': 'getEvaluationLabelErrors',
};

export const getEvaluationPicture: FastifyPluginAsyncTypebox = async (app) => {
  for (const name of EVALUATION_PICTURES) {
    const schema = {
      operationId: OPERATIONS[name],
      summary: SUMMARIES[name],
      description: name === 'residuals' ? 'Of a regression alone.' : 'It is drawn from the result of the evaluation.',
      tags: ['Evaluations'],
      params: IdParams,
      response: { 200: pngResponse, ...keyedProblems('not_found', 'conflict', 'overloaded') },
    };
    app.get(`/v1/evaluations/:id/${name}.png`, { schema, exposeHeadRoute: false }, async (request, reply) => {
      const { id } = request.params;
      const result = await endedEvaluation(app, request.principal.projectId, id);
      if (!picturesOf(result.task).includes(name)) {
        throw new TrainyardError('not_found', `There is no such picture of an evaluation of the task ${result.task}.`);
      }
      const [png] = await app.pictures.draw(async () => {
        if (name !== 'mistakes' && name !== 'label-errors')
          return { kind: 'chart', chart: evaluationChart(result, name) };
        const { title, images } = sheetOf(result, name);
        return { kind: 'mistakes', title, images, ...(await readEvaluatedPixels(app, id, images)) };
      });
      return reply.header('cache-control', IMMUTABLE).type('image/png').send(png);
    });
  }
};

function sheetOf(result: EvaluationResult, name: 'mistakes' | 'label-errors') {
  const { mistakes, label_errors: suspects, count, split } = result;
  const images = (name === 'mistakes' ? mistakes : (suspects?.images ?? [])).slice(0, SHOWN);
  const what = name === 'mistakes' ? 'worst mistakes' : 'likeliest label errors';
  return { title: `The ${images.length} ${what} on ${count} images (${split})`, images };
}
