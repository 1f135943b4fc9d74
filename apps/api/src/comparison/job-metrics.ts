/** The figures of jobs side by side. */
import { type ComparedMetric, directionOf, type Job } from '@trainyard/contracts';

type Goal = ComparedMetric['goal'];
type Figures = ReadonlyMap<string, number>;

/** Without a direction: neither many nor few of them are good. */
const NEUTRAL = ['epochs', 'best.epoch'];

/** Those that at least one of the jobs has, in the order in which they come. */
export function jobMetrics(jobs: readonly Job[]): ComparedMetric[] {
  const figures = jobs.map((job) => [job.id, figuresOf(job)] as const);
  const names = [...new Set(figures.flatMap(([, own]) => [...own.keys()]))];
  return names.map((name) => {
    const entries = figures.flatMap(([id, own]): [string, number][] => {
      const value = own.get(name);
      return value === undefined ? [] : [[id, value]];
    });
    const goal = NEUTRAL.includes(name) ? null : directionOf(name);
    return { name, goal, values: Object.fromEntries(entries), best: bestOf(entries, goal) };
  });
}

function figuresOf({ result, best, metrics, progress }: Job): Figures {
  const named = (prefix: string, values: Readonly<Record<string, number>> | null | undefined) =>
    Object.entries(values ?? {}).map(([name, value]): [string, number] => [`${prefix}.${name}`, value]);
  const single: [string, number | null | undefined][] = [
    ['epochs', progress?.epoch],
    ['best.epoch', best?.epoch],
    ['training_s', progress?.elapsed_s],
  ];
  return new Map([
    ...named('test', result?.test),
    ...named('best', best?.metrics),
    ...named('last', metrics),
    ...single.flatMap(([name, value]): [string, number][] =>
      value === undefined || value === null ? [] : [[name, value]],
    ),
  ]);
}

/** The only best one of several. */
function bestOf(entries: readonly [string, number][], goal: Goal): string | null {
  if (goal === null || entries.length < 2) return null;
  const values = entries.map(([, value]) => value);
  const top = goal === 'max' ? Math.max(...values) : Math.min(...values);
  const found = entries.filter(([, value]) => value === top);
  return found.length === 1 ? found[0][0] : null;
}
