export { posixBackend } from './posixBackend.js';
export { isSupported } from './support.js';
export type { Support } from './support.js';
