// The roofline as a drawing: speed over arithmetic intensity, both axes logarithmic (Williams, Waterman and Patterson, 2009).

const [WIDTH, HEIGHT] = [760, 460];
const BOX = { left: 70, right: 730, top: 46, bottom: 400 };
const RADIUS = 5;
/** Labels of points nearer than this are moved apart. */
const LINE = 15;

/** Readable on light and on dark pages alike, which a viewer says it has. */
const STYLE = `
  .page { fill: #ffffff } text { font: 13px system-ui, sans-serif; fill: #24292f }
  .grid { stroke: #d0d7de; stroke-width: 1 } .roof { stroke: #0969da; stroke-width: 2.5; fill: none }
  .roof-name { fill: #0969da } .point { fill: #bc4c00 } .leader { stroke: #8c959f; stroke-width: 1 } .title { font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #30363d } .roof { stroke: #58a6ff }
    .roof-name { fill: #58a6ff } .point { fill: #f0883e } .leader { stroke: #6e7681 }
  }`;

/** @typedef {{ matrix_gflops: number, bandwidth_gbs: number }} Roof */
/** @typedef {{ model: string, flops_per_byte: number, gflops: number }} Place */
/** @typedef {{ toX: (value: number) => number, toY: (value: number) => number, x: [number, number], y: [number, number] }} Axes */

/** @param {Roof} roof @param {readonly Place[]} places @returns {string} */
export function drawRoofline(roof, places) {
  const axes = axesFor(roof, places);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Roofline of the training steps">
<style>${STYLE}
</style>
<rect class="page" width="${WIDTH}" height="${HEIGHT}"/>
<text class="title" x="${BOX.left}" y="24">Training steps under the roof of this machine</text>
${grid(axes)}
${roofLines(roof, axes)}
${points(places, axes)}
<text x="${(BOX.left + BOX.right) / 2}" y="${HEIGHT - 18}" text-anchor="middle">floating-point operations for each byte moved</text>
<text transform="translate(20 ${(BOX.top + BOX.bottom) / 2}) rotate(-90)" text-anchor="middle">GFLOP/s</text>
</svg>
`;
}

/** @param {Roof} roof @param {readonly Place[]} places @returns {Axes} */
function axesFor({ matrix_gflops: peak, bandwidth_gbs: bandwidth }, places) {
  const ridge = peak / bandwidth;
  const across = [...places.map(({ flops_per_byte }) => flops_per_byte), ridge];
  const up = [...places.map(({ gflops }) => gflops), peak];
  const x = /** @type {[number, number]} */ ([Math.min(...across) / 2, Math.max(...across) * 2.5]);
  const y = /** @type {[number, number]} */ ([Math.min(...up) / 2, Math.max(...up) * 1.5]);
  const place = (/** @type {number} */ value, /** @type {[number, number]} */ [low, high]) =>
    Math.log(value / low) / Math.log(high / low);
  return {
    x,
    y,
    toX: (value) => BOX.left + place(value, x) * (BOX.right - BOX.left),
    toY: (value) => BOX.bottom - place(value, y) * (BOX.bottom - BOX.top),
  };
}

/** 1, 2 and 5 of each decade within. @param {[number, number]} range */
function ticks([low, high]) {
  const decades = Array.from({ length: 12 }, (_, i) => 10 ** (i - 4));
  return decades.flatMap((decade) => [1, 2, 5].map((n) => n * decade)).filter((tick) => tick >= low && tick <= high);
}

/** @param {Axes} axes */
function grid({ x, y, toX, toY }) {
  const shown = (/** @type {number} */ tick) => String(Number(tick.toPrecision(1)));
  const upright = ticks(x).map((tick) => {
    const at = toX(tick).toFixed(1);
    const name = `<text x="${at}" y="${BOX.bottom + 20}" text-anchor="middle">${shown(tick)}</text>`;
    return `<line class="grid" x1="${at}" y1="${BOX.top}" x2="${at}" y2="${BOX.bottom}"/>${name}`;
  });
  const level = ticks(y).map((tick) => {
    const at = toY(tick);
    const name = `<text x="${BOX.left - 8}" y="${(at + 4).toFixed(1)}" text-anchor="end">${shown(tick)}</text>`;
    return `<line class="grid" x1="${BOX.left}" y1="${at.toFixed(1)}" x2="${BOX.right}" y2="${at.toFixed(1)}"/>${name}`;
  });
  return [...upright, ...level].join('\n');
}

/** @param {Roof} roof @param {Axes} axes */
function roofLines({ matrix_gflops: peak, bandwidth_gbs: bandwidth }, { x, y, toX, toY }) {
  const start = Math.max(x[0], y[0] / bandwidth);
  const ridge = peak / bandwidth;
  const corners = [
    [start, start * bandwidth],
    [ridge, peak],
    [x[1], peak],
  ].map(([across, up]) => `${toX(across).toFixed(1)},${toY(up).toFixed(1)}`);
  const slope = (Math.atan2(toY(peak) - toY(start * bandwidth), toX(ridge) - toX(start)) * 180) / Math.PI;
  const middle = Math.sqrt(start * ridge);
  const along = `translate(${toX(middle).toFixed(1)} ${(toY(middle * bandwidth) - 8).toFixed(1)}) rotate(${slope.toFixed(1)})`;
  return `<polyline class="roof" points="${corners.join(' ')}"/>
<text class="roof-name" x="${BOX.right - 4}" y="${(toY(peak) - 8).toFixed(1)}" text-anchor="end">matrix product, ${Math.round(peak)} GFLOP/s</text>
<text class="roof-name" transform="${along}" text-anchor="middle">memory, ${Math.round(bandwidth)} GB/s</text>`;
}

/** Labels stand right of their points, or left where there is no room, apart from each other. @param {readonly Place[]} places @param {Axes} axes */
function points(places, { toX, toY }) {
  const placed = places
    .map(({ model, flops_per_byte, gflops }) => ({ model, gflops, x: toX(flops_per_byte), y: toY(gflops) }))
    .sort((a, b) => a.y - b.y);
  let last = 0;
  const lines = placed.map(({ model, gflops, x, y }) => {
    const labelY = Math.max(y + 4, last + LINE);
    last = labelY;
    const isRight = x < BOX.right - 190;
    const labelX = isRight ? x + 14 : x - 14;
    const name = `<text x="${labelX.toFixed(1)}" y="${labelY.toFixed(1)}" text-anchor="${isRight ? 'start' : 'end'}">${model}, ${Math.round(gflops)}</text>`;
    const leader = `<line class="leader" x1="${x.toFixed(1)}" y1="${y.toFixed(1)}" x2="${(isRight ? labelX - 2 : labelX + 2).toFixed(1)}" y2="${(labelY - 4).toFixed(1)}"/>`;
    return `${leader}<circle class="point" cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${RADIUS}"/>${name}`;
  });
  return lines.join('\n');
}
