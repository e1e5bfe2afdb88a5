/** What the program under test did in another way than in the session. */
export type DeviationKind = 'spawn' | 'input' | 'end of input' | 'signal' | 'incomplete';

/** The program under test did something else than in the session. */
export class ReplayDeviationError extends Error {
  override readonly name: string = 'ReplayDeviationError';
  readonly kind: DeviationKind;
  /** Number of the child, counted from 1 in the order of the session. */
  readonly child: number;
  /** Index of the byte in the recorded input of the child, `null` if it is not about the input. */
  readonly offset: number | null;
  /** What was recorded, as text. */
  readonly expected: string;
  /** What the program did instead, as text. */
  readonly actual: string;

  constructor(
    kind: DeviationKind,
    details: { child: number; offset: number | null; expected: string; actual: string; program: string },
  ) {
    const where = details.offset === null ? '' : ` at byte ${details.offset} of its input`;
    const who = `child ${details.child} (${JSON.stringify(details.program)})`;
    super(`the replay of ${who} deviates${where}: recorded is ${details.expected}, got ${details.actual}`);
    this.kind = kind;
    this.child = details.child;
    this.offset = details.offset;
    this.expected = details.expected;
    this.actual = details.actual;
  }
}
