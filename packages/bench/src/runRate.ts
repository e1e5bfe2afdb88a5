/** Prints how many children per second `run` makes of `/bin/true`, in a process that has made none before. */
import { rateOfRuns } from './rateOfRuns.js';

console.log(await rateOfRuns(Number(process.argv[2])));
