/** Runs the examples in order, each explained in one line. */
import * as getDateHigh from './tour/getDateHigh.js';
import * as getDateLow from './tour/getDateLow.js';
import * as handDriven from './tour/handDriven.js';
import * as manyCommands from './tour/manyCommands.js';
import * as roundTrip from './tour/roundTrip.js';
import * as shellOutput from './tour/shellOutput.js';
import * as sideBySide from './tour/sideBySide.js';

const STEPS: readonly (readonly [explanation: string, step: { readonly main: () => Promise<void> }])[] = [
  ['A command line, its output captured: createSubprocessShell and communicate.', shellOutput],
  ['Two commands side by side take as long as the longer one.', sideBySide],
  ['The low level: a protocol collects pipeDataReceived until the child is gone.', getDateLow],
  ['The high level: one readline from the child, then wait.', getDateHigh],
  ['Eight megabytes through cat: writing pauses when the pipe is full.', roundTrip],
  ['The protocol of step 3, driven by hand: no process at all.', handDriven],
  ['Many commands, three at a time, their progress counted: runMany.', manyCommands],
];

/** One step alone with its number (`node dist/tour.js 3`), all of them without. */
const only = process.argv[2];

const chosen = [...STEPS.entries()].filter(([index]) => only === undefined || only === String(index + 1));
if (chosen.length === 0) {
  console.error(`there is no step ${only}`);
  process.exitCode = 1;
}

for (const [index, [explanation, step]] of chosen) {
  console.log(`\n${index + 1}. ${explanation}`);
  await step.main();
}
