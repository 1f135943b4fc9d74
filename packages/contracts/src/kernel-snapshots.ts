/** The files in which a training leaves the kernel of its first convolution, epoch by epoch. */

/** Filters that are kept of a kernel. */
export const KERNEL_FILTERS_MAX = 64;

/** Epochs that are kept beside the first and the last ones, at most. */
const KEPT_MAX = 48;

/** Whether the kernel is kept when so many epochs are done: a function of counts, so that a resumed training agrees. */
export function isKernelEpoch(epoch: number, epochs: number): boolean {
  return epoch <= 1 || epoch === epochs || epoch % Math.ceil(epochs / KEPT_MAX) === 0;
}

export function kernelPrefix(jobId: string): string {
  return `kernels/${jobId}`;
}

/** The key of the file: safetensors with one tensor, float32 [filters, channels, rows, columns]. */
export function kernelKey(jobId: string, epoch: number): string {
  return `${kernelPrefix(jobId)}/${String(epoch).padStart(6, '0')}.safetensors`;
}
