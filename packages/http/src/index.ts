/** What the API and the inference server share of HTTP. */
export { type AuthenticationOptions, authentication, requireOperator } from './authentication.js';
export { checkInput } from './check-input.js';
export { createServer, type ServerOptions } from './create-server.js';
export { errorRecordOf } from './error-record.js';
export { gracefulClose } from './graceful-close.js';
export type { Principal } from './principal.js';
export { sendProblem } from './problem-details.js';
export { type ReadinessChecks, requireReady } from './readiness.js';
export { RememberedKeys } from './remembered-keys.js';
export { REQUEST_ID_HEADER } from './request-id.js';
export { type RunningServer, type ServerProcess, serveProcess } from './serve-process.js';
