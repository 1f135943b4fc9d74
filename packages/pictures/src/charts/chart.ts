/** Every kind of chart by its name, as plain data: so an order for one can cross to the thread that draws it. */
import { type BarChart, barChart } from './bar-chart.js';
import { type Heatmap, heatmap } from './heatmap.js';
import { type HistogramStack, histogramStack } from './histogram-stack.js';
import { type LineChart, lineChart } from './line-chart.js';
import { type ParallelCoordinates, parallelCoordinates } from './parallel-coordinates.js';
import { type Scatter, scatter } from './scatter.js';

export type Chart =
  | ({ readonly type: 'line' } & LineChart)
  | ({ readonly type: 'heatmap' } & Heatmap)
  | ({ readonly type: 'scatter' } & Scatter)
  | ({ readonly type: 'bar' } & BarChart)
  | ({ readonly type: 'parallel_coordinates' } & ParallelCoordinates)
  | ({ readonly type: 'histogram_stack' } & HistogramStack);

/** A PNG. */
export function drawChart(chart: Chart): Uint8Array<ArrayBuffer> {
  switch (chart.type) {
    case 'line':
      return lineChart(chart);
    case 'heatmap':
      return heatmap(chart);
    case 'scatter':
      return scatter(chart);
    case 'bar':
      return barChart(chart);
    case 'parallel_coordinates':
      return parallelCoordinates(chart);
    case 'histogram_stack':
      return histogramStack(chart);
  }
}
