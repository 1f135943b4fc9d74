export { type Bar, type BarChart, barChart } from './bar-chart.js';
export { type Chart, drawChart } from './chart.js';
export { hue } from './chart-theme.js';
export { type ColourBar, drawColourBar } from './colour-bar.js';
export { type ColourMap, colourAt } from './colour-map.js';
export { type Heatmap, heatmap } from './heatmap.js';
export { type HistogramRow, type HistogramStack, histogramStack } from './histogram-stack.js';
export { type LineChart, type LineSeries, lineChart } from './line-chart.js';
export { type NumberFormat, numberText } from './number-text.js';
export {
  type ParallelAxis,
  type ParallelCoordinates,
  type ParallelLine,
  parallelCoordinates,
} from './parallel-coordinates.js';
export { type Scatter, type ScatterGroup, scatter } from './scatter.js';
export { ticks } from './ticks.js';
