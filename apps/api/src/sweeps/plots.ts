/** What the plots of a sweep show: as figures, and as charts to be drawn. */
import type { ParameterImportances, SweepPlot } from '@trainyard/contracts';
import { TrainyardError } from '@trainyard/contracts';
import type { Database, SweepRow } from '@trainyard/db';
import type { Chart } from '@trainyard/pictures';
import { bestOf, epochsOf, type Parameter, parameterImportances, readSpace } from '@trainyard/tuning';
import { rungsOfSweep } from './search-of.js';
import { shortNames } from './short-names.js';
import { type KnownTrial, knownTrials } from './sweep-view.js';

type Point = SweepPlot['points'][number];

/** Every trial that has a value, failed ones aside, by number. */
export async function plotOf(db: Database, sweep: SweepRow): Promise<SweepPlot> {
  const { objective, space } = sweep.settings;
  const points = (await knownTrials(db, sweep)).flatMap(({ shown }): Point[] => {
    const { number: trial, status, parameters, value } = shown;
    return value === null || status === 'failed' ? [] : [{ trial, status, parameters, value }];
  });
  const parameters = readSpace(space).map((parameter) => ({ name: parameter.pointer, scale: scaleOf(parameter) }));
  return { object: 'sweep_plot', sweep_id: sweep.id, objective, parameters, points };
}

function scaleOf(parameter: Parameter): SweepPlot['parameters'][number]['scale'] {
  if (parameter.kind === 'choice') return 'category';
  return parameter.log ? 'log' : 'linear';
}

/** Of trials that are comparable: those that were trained to their end; of ASHA all, by their values at the first rung. */
export async function importancesOf(db: Database, sweep: SweepRow): Promise<ParameterImportances> {
  const { objective, space } = sweep.settings;
  const firstRung = rungsOfSweep(sweep.settings)?.[0] ?? null;
  const outcomes = (await knownTrials(db, sweep)).flatMap(({ record }) => {
    if (!isComparable(record, firstRung)) return [];
    const best = bestOf(record.curve, objective.goal, firstRung ?? undefined);
    return best === null ? [] : [{ assignment: record.assignment, value: best.value }];
  });
  const { explained, importances } = parameterImportances(readSpace(space), outcomes);
  return {
    object: 'parameter_importances',
    sweep_id: sweep.id,
    method: 'fanova',
    trials: outcomes.length,
    after_epoch: firstRung,
    explained,
    importances: [...importances],
  };
}

function isComparable(record: KnownTrial['record'], firstRung: number | null): boolean {
  return firstRung === null ? record.state === 'ended' : epochsOf(record) >= firstRung;
}

export function importanceChart(sweep: SweepRow, { importances, trials, after_epoch }: ParameterImportances): Chart {
  const when = after_epoch === null ? '' : ` after epoch ${after_epoch}`;
  return {
    type: 'bar',
    title: `What matters to ${sweep.settings.objective.metric}${when}, in ${trials} trials`,
    bars: importances.map(({ parameter, importance }) => ({ name: nameOf(sweep, parameter), value: importance })),
    xLabel: 'importance (functional ANOVA)',
    xDomain: [0, 1],
  };
}

export function parallelChart(sweep: SweepRow, { parameters, points, objective }: SweepPlot): Chart {
  const space = readSpace(sweep.settings.space);
  return {
    type: 'parallel_coordinates',
    title: `${sweep.name ?? sweep.id}: ${points.length} trials`,
    axes: parameters.map(({ name, scale }) => ({
      name: nameOf(sweep, name),
      kind: scale === 'linear' ? ('number' as const) : scale,
      values: axisValues(space.find(({ pointer }) => pointer === name)),
    })),
    lines: points.map((point) => ({
      values: parameters.map(({ name, scale }) => shownValue(point, name, scale)),
      score: point.value,
    })),
    scoreLabel: objective.metric,
    goal: objective.goal,
  };
}

/** The plot with one parameter alone; left out, the first. Throws `invalid_request` for one that is not searched. */
export function onlyParameter(plot: SweepPlot, asked?: string): SweepPlot {
  const { parameters, points } = plot;
  const parameter = asked === undefined ? parameters[0] : parameters.find(({ name }) => name === asked);
  if (parameter === undefined) {
    const detail = `Expected one of ${parameters.map(({ name }) => name).join(', ')}; received ${asked}.`;
    throw new TrainyardError('invalid_request', detail, { errors: [{ pointer: '/parameter', detail }] });
  }
  const { name } = parameter;
  const own = points.filter((point) => Object.hasOwn(point.parameters, name));
  return {
    ...plot,
    parameters: [parameter],
    points: own.map((point) => ({ ...point, parameters: { [name]: point.parameters[name] } })),
  };
}

/** Of a plot with one parameter. */
export function scatterChart({ parameters: [parameter], points, objective }: SweepPlot, sweep: SweepRow): Chart {
  const { name, scale } = parameter;
  const space = readSpace(sweep.settings.space).find(({ pointer }) => pointer === name);
  const names = scale === 'category' ? axisValues(space).map(String) : null;
  const xOf = (point: Point) => {
    const value = shownValue(point, name, scale);
    return names === null ? Number(value) : names.indexOf(String(value));
  };
  const groups = [
    { name: 'trained to the end', is: ({ status }: Point) => status === 'succeeded' },
    { name: 'stopped before', is: ({ status }: Point) => status === 'pruned' || status === 'cancelled' },
    { name: 'not over yet', is: ({ status }: Point) => !['succeeded', 'pruned', 'cancelled'].includes(status) },
  ];
  return {
    type: 'scatter',
    title: `${objective.metric} by ${nameOf(sweep, name)}`,
    xLabel: nameOf(sweep, name),
    yLabel: objective.metric,
    logX: scale === 'log',
    ...(names && { xNames: names }),
    groups: groups.flatMap((group) => {
      const own = points.filter(group.is);
      return own.length === 0
        ? []
        : [{ name: group.name, points: own.map((each) => [xOf(each), each.value] as const) }];
    }),
  };
}

/** What a parameter of the sweep is called in its pictures. */
function nameOf({ settings }: SweepRow, pointer: string): string {
  return shortNames(Object.keys(settings.space)).get(pointer) ?? pointer;
}

function shownValue({ parameters }: Point, name: string, scale: string): number | string | null {
  if (!Object.hasOwn(parameters, name)) return null;
  return scale === 'category' ? choiceName(parameters[name]) : Number(parameters[name]);
}

function axisValues(parameter: Parameter | undefined): (number | string)[] {
  if (parameter === undefined) return [];
  return parameter.kind === 'choice' ? parameter.values.map(choiceName) : [parameter.low, parameter.high];
}

function choiceName(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
