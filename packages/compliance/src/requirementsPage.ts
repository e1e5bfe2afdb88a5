import { complianceRequirements, type Requirement, type RequirementTable } from '@subwire/testing';
import { processRequirements } from './processCases.js';

/** Where the page lies, from the root of the repository. */
export const PAGE_PATH = 'docs/reference/compliance-requirements.md';

const INTRODUCTION = `# Compliance requirements

What a backend has to do, and where each requirement comes from. This page is made from the tables of the suite
(\`pnpm docs:requirements\`); do not edit it.

A backend that lacks a capability skips what needs it, by name. Rows marked "only without" check that a declared lack is
real. Rows marked "backend" look below the transport, and are skipped for a transport of someone's own.

Sources: G, N, X, § and App. are paragraphs of asyncio's semantics as written down for this project, \`test_…\` are tests of
CPython (or uvloop, where it says so), "decision" is a row of the design page, F is a known fault, gh is an issue of CPython.
`;

/** Returns the text of the page. */
export function requirementsPage(): string {
  const low = sections('The low level', complianceRequirements);
  const high = sections('The high level', processRequirements);
  return `${[INTRODUCTION, low, high].join('\n')}`;
}

function sections(title: string, table: RequirementTable): string {
  const areas = new Map<string, [id: string, requirement: Requirement][]>();
  for (const [id, requirement] of Object.entries(table)) {
    const area = id.slice(0, id.indexOf('.'));
    areas.set(area, [...(areas.get(area) ?? []), [id, requirement]]);
  }
  const count = Object.keys(table).length;
  return [`## ${title}: ${count} requirements\n`, ...[...areas].map(([area, rows]) => section(area, rows))].join('\n');
}

function section(area: string, rows: readonly (readonly [id: string, requirement: Requirement])[]): string {
  const cells = rows.map(([id, requirement]) => [
    `\`${id}\``,
    requirement.behavior,
    requirement.source,
    condition(requirement),
  ]);
  const header = ['Id', 'Behaviour', 'Source', 'Needs'];
  const widths = header.map((name, column) => Math.max(...[...cells, header].map((row) => width(row[column] ?? ''))));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell))).join(' | ')} |`;
  const rule = `| ${widths.map((one) => '-'.repeat(one)).join(' | ')} |`;
  return `### ${area}\n\n${[line(header), rule, ...cells.map(line)].join('\n')}\n`;
}

/** The width that the formatter counts. */
function width(cell: string): number {
  return [...cell].length;
}

function condition({ requires = [], lacks, needs }: Requirement): string {
  const conditions = requires.map((capability) => `\`${capability}\``);
  if (lacks !== undefined) {
    conditions.push(`only without \`${lacks}\``);
  }
  if (needs !== undefined) {
    conditions.push(needs);
  }
  return conditions.join(', ');
}
