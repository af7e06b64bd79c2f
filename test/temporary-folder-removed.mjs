import { rmSync } from 'node:fs';

export default function removeTemporaryFolder() {
  rmSync(process.env.TMPDIR, { recursive: true, force: true, maxRetries: 5 });
}
