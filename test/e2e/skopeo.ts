import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SkopeoResult {
  exitCode: number;
  output: string;
}

/** The real registry client, with a login of its own that no other test sees. */
export class Skopeo {
  private readonly authFile = join(mkdtempSync(join(tmpdir(), 'berth-skopeo-')), 'auth.json');

  constructor(private readonly binary: string) {}

  async login(address: string, username: string, password: string): Promise<SkopeoResult> {
    return this.run(['login', '--tls-verify=false', '--username', username, '--password', password, address]);
  }

  /** Pushes what `writeOciLayout` wrote. */
  async push(layout: string, link: string): Promise<SkopeoResult> {
    return this.run(['copy', '--dest-tls-verify=false', `oci:${layout}:image`, `docker://${link}`]);
  }

  /** As push, written anew in Docker's own manifest format (schema 2). */
  async pushAsDocker(layout: string, link: string): Promise<SkopeoResult> {
    const to = ['--dest-tls-verify=false', '--format', 'v2s2'];
    return this.run(['copy', ...to, `oci:${layout}:image`, `docker://${link}`]);
  }

  /** All platforms of an index in the registry, to another link of it. */
  async copyAll(from: string, to: string): Promise<SkopeoResult> {
    const insecure = ['--src-tls-verify=false', '--dest-tls-verify=false'];
    return this.run(['copy', '--all', ...insecure, `docker://${from}`, `docker://${to}`]);
  }

  /** From one link of the registry to another, for this machine's platform. */
  async copy(from: string, to: string): Promise<SkopeoResult> {
    const insecure = ['--src-tls-verify=false', '--dest-tls-verify=false', '--override-arch', 'amd64'];
    return this.run(['copy', ...insecure, `docker://${from}`, `docker://${to}`]);
  }

  /** Deletes the artifact that the tag is on, and so all tags of it. */
  async delete(link: string): Promise<SkopeoResult> {
    return this.run(['delete', '--tls-verify=false', `docker://${link}`]);
  }

  /** The digest that a client of the registry sees. */
  async digest(link: string): Promise<string> {
    const { exitCode, output } = await this.run([
      'inspect',
      '--tls-verify=false',
      '--format',
      '{{.Digest}}',
      `docker://${link}`,
    ]);
    if (exitCode !== 0) throw new Error(output);
    return output.trim();
  }

  private async run([command = '', ...rest]: string[]): Promise<SkopeoResult> {
    const args = ['--insecure-policy', command, '--authfile', this.authFile, ...rest];
    return new Promise((resolve) => {
      execFile(this.binary, args, (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ exitCode, output: `${stdout}${stderr}` });
      });
    });
  }
}
