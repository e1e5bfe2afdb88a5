// #region program
import { isMainThread, Worker } from 'node:worker_threads';
import { isSupported } from '@subwire/posix';

if (isMainThread) {
  console.log('main thread', isSupported());
  new Worker(new URL(import.meta.url));
} else {
  console.log('worker', isSupported());
}
// #endregion program
