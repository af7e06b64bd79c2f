import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getServerVariable } from './environment';

/** All PEM. `certificate` is for localhost and 127.0.0.1, signed by `ca`; `otherCa` has signed nothing. */
export interface TestCertificates {
  ca: string;
  certificate: string;
  key: string;
  otherCa: string;
}

export function certificates(): TestCertificates {
  const folder = getServerVariable('BERTH_TEST_TLS_FOLDER');
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  return {
    ca: read('ca.pem'),
    certificate: read('server.pem'),
    key: read('server.key'),
    otherCa: read('other-ca.pem'),
  };
}
