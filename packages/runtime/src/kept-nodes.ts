/** Sees before a training begins that onnxruntime runs the nodes of its backbones that are kept as their files have them. */
import { type ExecutionPlan, TrainyardError } from '@trainyard/contracts';
import { backbonesOf, compileFeatures, type Model, type Preprocessing } from '@trainyard/engine';
import { createSession } from './session.js';

/** @throws TrainyardError `invalid_backbone` with what onnxruntime says of them */
export async function requireRunnable(
  model: Model,
  options: { parameters: ReadonlyMap<string, Float32Array>; preprocessing: Preprocessing; plan: ExecutionPlan },
): Promise<void> {
  const { plan, ...given } = options;
  for (const { layer, backboneId, graph } of backbonesOf(model)) {
    const kept = graph.nodes.flatMap(({ op, kept }) => (kept ? [`${op} "${kept.name}"`] : []));
    if (kept.length === 0) continue;
    const place = model.layers.findIndex(({ spec }) => spec.name === layer);
    try {
      const session = await createSession(compileFeatures(model, place, given).onnx, plan);
      await session.release();
    } catch (error) {
      if (error instanceof TrainyardError && error.code === 'out_of_memory') throw error;
      throw refused({ layer, backboneId, kept }, error);
    }
  }
}

const NAMED_MAX = 5;

function refused(of: { layer: string; backboneId: string; kept: readonly string[] }, cause: unknown): TrainyardError {
  const names = of.kept.slice(0, NAMED_MAX).join(', ');
  const more = of.kept.length > NAMED_MAX ? ` and ${of.kept.length - NAMED_MAX} more` : '';
  const reason = cause instanceof Error ? cause.message : String(cause);
  const detail =
    `onnxruntime does not run the backbone ${of.backboneId} of the layer ${of.layer}, which keeps ${names}${more} as its file has them: ` +
    `${reason}. Cut in front of that node.`;
  return new TrainyardError('invalid_backbone', detail, { cause });
}
