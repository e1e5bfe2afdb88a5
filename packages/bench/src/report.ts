/** How a figure is printed, and whether it meets its bar. */

/** What a ratio is held to; `-` where it only informs. */
export type Bar = `${'<' | '<=' | '>='} ${number}` | '-';

/** Prints one line: what was measured, the figures, their ratio, the bar, and whether the ratio meets it. */
export function report(what: string, measured: string, ratio: number, bar: Bar): void {
  const columns = [
    what.padEnd(44),
    measured.padEnd(44),
    `ratio ${ratioText(ratio).padStart(8)}`,
    `  bar ${bar.padEnd(8)}`,
  ];
  console.log([...columns, verdict(ratio, bar)].join(' ').trimEnd());
}

/** Two digits that count, however small the ratio is. */
function ratioText(ratio: number): string {
  return ratio < 1 ? ratio.toPrecision(2) : ratio.toFixed(2);
}

/** Judges the ratio itself, not what is printed of it. */
function verdict(ratio: number, bar: Bar): 'met' | 'missed' | '' {
  if (bar === '-') {
    return '';
  }
  const [sign, limit] = bar.split(' ');
  const difference = ratio - Number(limit);
  const met = sign === '>=' ? difference >= 0 : sign === '<=' ? difference <= 0 : difference < 0;
  return met ? 'met' : 'missed';
}
