import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { parseImageLink } from '../src/common/image-link';
import { pushTinyImage, RegistryRefusal } from './registry-client';

const USAGE = `npm run sandbox:push -- <link> --username <name> --password <password> [--content <text>]
  Pushes a tiny real image over the registry protocol, where neither docker nor skopeo is at hand.
  Wants what 'npm run sandbox' built in this folder.
  The same content gives the same digest, other content another.
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      username: { type: 'string' },
      password: { type: 'string' },
      content: { type: 'string', default: 'hello from Berth' },
    },
  });
  const [text] = positionals;
  if (text === undefined || values.username === undefined) throw new Error(USAGE);
  const address = text.split('/')[0] ?? '';
  const link = parseImageLink(text, { address });
  const password = values.password ?? (await ask('Password: '));
  const digest = await pushTinyImage({
    registryUrl: `http://${address}`,
    link: { project: link.project, repository: link.repository, tag: link.tag ?? 'latest' },
    username: values.username,
    password,
    content: values.content,
  });
  console.log(`pushed ${text}: ${digest}`);
}

async function ask(question: string): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await prompt.question(question);
  } finally {
    prompt.close();
  }
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});

function explain(error: unknown): string {
  if (error instanceof RegistryRefusal && error.status === 401) {
    return 'The registry does not accept this username and password, or they may not push there.';
  }
  if (error instanceof RegistryRefusal && error.status === 412 && error.text.includes('immutable')) {
    return `The tag ${error.subject} is there already and may not move: only latest may. Push it under a new tag.`;
  }
  return error instanceof Error ? error.message : String(error);
}
