import { parseArgs } from 'node:util';
import { catalogSection } from './catalog';
import { importsSection } from './imports';
import { lookupSection } from './lookup';
import { provisioningSection } from './provisioning';
import { pullSecretsSection } from './pull-secrets';
import type { Section } from './section';
import { tagRuleSection } from './tag-rule';

const SECTIONS: readonly Section[] = [
  provisioningSection,
  catalogSection,
  importsSection,
  lookupSection,
  tagRuleSection,
  pullSecretsSection,
];

/** `npm run bench [-- [section …] [--size N] [--part noticing|sweeps|hints]]`: all sections, or those that are named. */
async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { size: { type: 'string' }, images: { type: 'string' }, part: { type: 'string' } },
  });
  const unknown = positionals.filter((name) => !SECTIONS.some((section) => section.name === name));
  if (unknown.length > 0) {
    const names = SECTIONS.map(({ name }) => name).join(', ');
    throw new Error(`no section is named ${unknown.join(', ')}; there are ${names}`);
  }
  const number = (value: string | undefined): number | undefined =>
    value === undefined ? undefined : Number(value);
  const asked = { size: number(values.size), images: number(values.images), part: values.part };
  console.log(`node ${process.version}`);
  for (const section of SECTIONS) {
    if (positionals.length > 0 && !positionals.includes(section.name)) continue;
    console.log(`\n${section.title} (npm run bench -- ${section.name})`);
    await section.run(asked);
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
void main();
