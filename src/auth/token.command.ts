import { parseArgs } from 'node:util';
import { AuditService } from '../audit/audit.service';
import { Changes } from '../changes/changes';
import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import { messageFor } from '../common/messages';
import { loadConfigFromProcess } from '../config/load-config';
import { dataSourceOptions, openDataSource } from '../database/data-source';
import { SERVICE_TOKEN_KINDS, SERVICE_TOKEN_NAME } from './dto/service-token.dto';
import { ServiceToken, type ServiceTokenKind } from './service-token.entity';
import { ServiceTokensService } from './service-tokens.service';

const USAGE = `npm run token -- --kind scheduler|platform --name <name>

Makes a service token in the database that the configuration names, and prints it once on standard output.
The name is 1 to 64 printable ASCII characters; it stands in the log and in the audit log.`;

/** `npm run token`: the first service token, before any admin can log in to make one. */
async function main(): Promise<void> {
  const wanted = readArguments();
  if (wanted === null) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const database = await openDataSource(dataSourceOptions(loadConfigFromProcess().database));
  try {
    const clock = new Clock();
    const tokens = new ServiceTokensService(
      database.getRepository(ServiceToken),
      clock,
      new AuditService(clock, database),
      new Changes(clock),
    );
    const { secret } = await tokens.create(wanted.kind, wanted.name, null);
    console.log(secret);
    console.error(`This is the ${wanted.kind} token "${wanted.name}". It is not shown again: keep it now.`);
  } finally {
    await database.destroy();
  }
}

function readArguments(): { kind: ServiceTokenKind; name: string } | null {
  try {
    const { values } = parseArgs({ options: { kind: { type: 'string' }, name: { type: 'string' } } });
    const kind = SERVICE_TOKEN_KINDS.find((each) => each === values.kind);
    const { name } = values;
    return kind !== undefined && name !== undefined && SERVICE_TOKEN_NAME.test(name) ? { kind, name } : null;
  } catch {
    return null;
  }
}

main().catch((error: unknown) => {
  console.error(reasonOf(error));
  process.exitCode = 1;
});

function reasonOf(error: unknown): string {
  if (error instanceof DomainError) return messageFor(error.code, error.params, 'en').detail;
  return error instanceof Error ? error.message : 'No token was made.';
}
