/**
 * From facts to verdicts: each rule speaks for itself; then those that are likely to follow from a surer one step back behind
 * it.
 */
import type { DiagnosisVerdict } from '@trainyard/contracts';
import type { DiagnosisFacts } from './facts.js';
import { type Finding, figures } from './finding.js';
import { type Readings, readFacts } from './readings.js';
import { RULES, TITLES } from './rules/rules.js';
import { THRESHOLDS } from './thresholds.js';

/** What is left of the confidence of a verdict that another one explains. */
const EXPLAINED = 0.5;

/** The likeliest first; `healthy` alone where no rule speaks, and none while there are too few epochs to go by. */
export function diagnose(facts: DiagnosisFacts): DiagnosisVerdict[] {
  const readings = readFacts(facts);
  const findings = Object.values(RULES)
    .flatMap((rule) => rule(readings) ?? [])
    .filter(({ confidence }) => confidence >= THRESHOLDS.confidence)
    .sort((a, b) => b.confidence - a.confidence);
  if (findings.length > 0) return rank(findings);
  return readings.epochs.length < THRESHOLDS.epochs ? [] : [healthy(readings)];
}

/** A finding that is explained itself explains nothing. */
function rank(findings: readonly Finding[]): DiagnosisVerdict[] {
  const causes: Finding[] = [];
  const verdicts = findings.map((finding) => {
    const cause = causes.find(({ explains }) => explains?.includes(finding.code));
    if (!cause) causes.push(finding);
    const { code, confidence, evidence, remedies } = finding;
    return {
      code,
      title: TITLES[code],
      confidence: cause ? Number((confidence * EXPLAINED).toFixed(3)) : confidence,
      explained_by: cause?.code ?? null,
      evidence: [...evidence],
      remedies: [...remedies],
    };
  });
  return verdicts.sort((a, b) => b.confidence - a.confidence);
}

function healthy({ epochs, trainLoss, valLoss, learned }: Readings): DiagnosisVerdict {
  const last = epochs[epochs.length - 1];
  return {
    code: 'healthy',
    title: TITLES.healthy,
    confidence: 0.8,
    explained_by: null,
    evidence: [
      {
        metric: 'val_loss',
        epochs: [last],
        figures: figures({ loss: trainLoss.at(-1), val_loss: valLoss.at(-1), learned }),
        text: `After epoch ${last} both losses are low and near each other, and no look into the network found anything unusual.`,
      },
    ],
    remedies: [],
  };
}
