/** The thread that compiles a checkpoint into an ONNX file. */
import { parentPort, workerData } from 'node:worker_threads';
import { compileCheckpoint } from './compile-checkpoint.js';
import type { CompileRequest } from './compile-request.js';

const request: CompileRequest = workerData;
const onnx = compileCheckpoint(request);
parentPort?.postMessage(onnx, [onnx.buffer]);
