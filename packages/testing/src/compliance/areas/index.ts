import type { RequirementTable } from '../complianceCase.js';
import { abort } from './abort.js';
import { buffered } from './buffered.js';
import { childPipes } from './childPipes.js';
import { close } from './close.js';
import { context } from './context.js';
import { descriptors } from './descriptors.js';
import { environment } from './environment.js';
import { errors } from './errors.js';
import { exit } from './exit.js';
import { flowControl } from './flowControl.js';
import { flowLimits } from './flowLimits.js';
import { groups } from './groups.js';
import { handOver } from './handOver.js';
import { heldPipes } from './heldPipes.js';
import { input } from './input.js';
import { inputLoss } from './inputLoss.js';
import { loss } from './loss.js';
import { order } from './order.js';
import { output } from './output.js';
import { outputFlow } from './outputFlow.js';
import { ownership } from './ownership.js';
import { seam } from './seam.js';
import { seamStart } from './seamStart.js';
import { seamWriting } from './seamWriting.js';
import { seamReading } from './seamReading.js';
import { pipeKinds } from './pipeKinds.js';
import { pipeSize } from './pipeSize.js';
import { signals } from './signals.js';
import { signalRefusals } from './signalRefusals.js';
import { spawn } from './spawn.js';

/** The areas, in the order of a child's life. */
export const areas: readonly RequirementTable[] = [
  spawn,
  errors,
  abort,
  order,
  output,
  outputFlow,
  buffered,
  handOver,
  input,
  inputLoss,
  flowControl,
  flowLimits,
  pipeSize,
  pipeKinds,
  childPipes,
  exit,
  heldPipes,
  signals,
  signalRefusals,
  close,
  descriptors,
  groups,
  environment,
  ownership,
  context,
  loss,
  seam,
  seamStart,
  seamWriting,
  seamReading,
];
