import { writeFileSync } from 'node:fs';
import { PAGE_PATH, requirementsPage } from './requirementsPage.js';

// Run from the root of the repository, by `pnpm docs:requirements`.
writeFileSync(PAGE_PATH, requirementsPage());
