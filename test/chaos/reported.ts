import { inspect } from 'node:util';

/** Prints what a part reports. One that throws is wrong too, and the parts after it still run. */
export async function reported(part: () => Promise<{ wrong: string[] }>): Promise<void> {
  const report = await part().catch((error: unknown) => ({ wrong: [inspect(error)] }));
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (report.wrong.length > 0) process.exitCode = 1;
}

/** Ends the process, whatever is still open after a failure: 1 when anything was wrong or threw. */
export async function toItsEnd(main: () => Promise<void>): Promise<never> {
  await main().catch((error: unknown) => {
    process.stderr.write(`${inspect(error)}\n`);
    process.exitCode = 1;
  });
  process.exit();
}
