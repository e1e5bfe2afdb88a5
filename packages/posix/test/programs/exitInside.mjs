/** Ends the process inside the callback that is named. */
import process from 'node:process';
import { Plain, start } from './common.mjs';

const where = process.argv[2];
class Exiting extends Plain {}
Exiting.prototype[where] = () => process.exit(7);
const children = Array.from({ length: 20 }, () => start(new Exiting(), '/bin/echo', ['x']));
await Promise.all((await Promise.all(children)).map((child) => child.ended));
