import { parseArgs } from 'node:util';
import { journeyJson, journeyText } from './journey';
import { startSandbox, type Sandbox } from './sandbox';

const USAGE = `npm run sandbox -- [--port 3000] [--data .sandbox] [--fresh] [--json]
  --port   Berth's port; Harbor and the directory take the two after it; 0: any free ones
  --data   the folder that keeps everything
  --fresh  forget what the folder holds
  --json   print one line of JSON with every address, person and password
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '3000' },
      data: { type: 'string', default: '.sandbox' },
      fresh: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_533) {
    throw new Error(`--port must be a number from 0 to 65533.\n${USAGE}`);
  }
  const sandbox = await startSandbox({ port, dataFolder: values.data, fresh: values.fresh });
  console.log(values.json ? journeyJson(sandbox) : journeyText(sandbox));
  stopOnSignal(sandbox);
}

function stopOnSignal(sandbox: Sandbox): void {
  const stop = (): void => {
    process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
    void sandbox.stop().finally(() => process.exit(0));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exit(1);
});

function explain(error: unknown): string {
  const { code, port, message } = error as { code?: string; port?: number; message?: string };
  return code === 'EADDRINUSE'
    ? `Port ${port} is taken by another program: is a sandbox running already? Choose other ports with --port.`
    : (message ?? String(error));
}
