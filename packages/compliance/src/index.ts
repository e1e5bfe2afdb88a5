export { processCases, processRequirements } from './processCases.js';
export { PAGE_PATH, requirementsPage } from './requirementsPage.js';
