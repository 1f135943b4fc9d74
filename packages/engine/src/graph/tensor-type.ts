/** Element types and static shapes of tensors. */

export type DType = 'float32' | 'float64' | 'float16' | 'int8' | 'int32' | 'int64' | 'uint8' | 'bool';

/** Sizes of the axes, all known: batch, channels, height, width for images. `[]` is a scalar. */
export type Shape = readonly number[];

export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A shape or type that an operation cannot take. The message says what was expected and what was received. */
export class ShapeError extends Error {
  constructor(op: string, expected: string, received: string) {
    super(`${op}: expected ${expected}; received ${received}`);
    this.name = 'ShapeError';
  }
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, side) => product * side, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((side, axis) => side === b[axis]);
}

export function describeShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** The shape that two shapes are stretched to when they meet in an elementwise operation (NumPy's rule). */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[a.length - rank + axis] ?? 1;
    const right = b[b.length - rank + axis] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new ShapeError(op, 'shapes that broadcast', `${describeShape(a)} and ${describeShape(b)}`);
    }
    return left === 1 ? right : left;
  });
}

/** Non-negative axes in ascending order. */
export function normalizeAxes(op: string, axes: readonly number[], rank: number): number[] {
  return axes
    .map((axis) => {
      const index = axis < 0 ? axis + rank : axis;
      if (!Number.isInteger(index) || index < 0 || index >= rank) {
        throw new ShapeError(op, `an axis within [-${rank}, ${rank - 1}]`, String(axis));
      }
      return index;
    })
    .sort((a, b) => a - b);
}
