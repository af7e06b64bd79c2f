/** A row as Markdown wants it. */
export function row(name: string, ...cells: string[]): void {
  console.log(`| ${name.padEnd(40)} | ${cells.map((cell) => cell.padStart(8)).join(' | ')} |`);
}

/** The first row of a table, and the line under it. */
export function head(name: string, ...cells: string[]): void {
  console.log('');
  row(name, ...cells);
  console.log(`|${'-|'.repeat(cells.length + 1)}`);
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}

export function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : String(Math.round(ms))} ms`;
}
