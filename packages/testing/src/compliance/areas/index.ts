import type { RequirementTable } from '../complianceCase.js';
import { errors } from './errors.js';
import { flowControl } from './flowControl.js';
import { input } from './input.js';
import { order } from './order.js';
import { output } from './output.js';
import { spawn } from './spawn.js';

/** The areas, in the order of a child's life. */
export const areas: readonly RequirementTable[] = [spawn, errors, order, output, input, flowControl];
