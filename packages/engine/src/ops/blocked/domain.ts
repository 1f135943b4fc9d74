/**
 * Operators of onnxruntime's `com.microsoft.nchwc` domain, which its own optimizer writes for the CPU and which it takes
 * from files too. Tensors are declared [N, C, H, W] and hold [N, C/b, H, W, b], with b the number of lanes of a vector
 * register; C is a multiple of b. The domain is internal to onnxruntime: `runtime/blocked-layout` probes what is there.
 */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';
