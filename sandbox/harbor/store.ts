import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Database } from './database';
import type { Stored } from './database';

/** Writes within this time become one. It is also what a kill may lose. */
const COALESCE_MS = 100;

/** Keeps the database in `state.json` of a folder: written to the side and renamed, so never half. */
export class StateFile {
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    readonly database: Database,
    private readonly folder: string | null,
  ) {}

  static open(folder: string | null): StateFile {
    if (folder === null) return new StateFile(new Database(), null);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'state.json');
    if (!existsSync(file)) return new StateFile(new Database(), folder);
    // The only writer of this file is `flush` below.
    const stored = JSON.parse(readFileSync(file, 'utf8')) as Partial<Stored>;
    return new StateFile(new Database(stored), folder);
  }

  changed(): void {
    if (this.folder === null || this.timer) return;
    // A write that fails is made again by the next change, and by `stop`, which says why it cannot.
    this.timer = setTimeout(() => void this.flush().catch(() => undefined), COALESCE_MS);
  }

  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { folder } = this;
    if (folder === null) return;
    this.writing = this.writing.catch(() => undefined).then(() => this.write(folder));
    await this.writing;
  }

  private async write(folder: string): Promise<void> {
    const side = join(folder, 'state.json.new');
    await writeFile(side, JSON.stringify(this.database));
    await rename(side, join(folder, 'state.json'));
  }
}

export interface Upload {
  id: string;
  /** Full repository name it was started in. */
  repository: string;
  size: number;
}

/** The content of blobs and manifests by digest, and of uploads that are under way. Uploads do not survive a restart. */
export interface BlobStore {
  has(digest: string): boolean;
  /** Throws when absent. */
  read(digest: string): Buffer;
  stream(digest: string): Readable;
  write(digest: string, content: Buffer): Promise<void>;
  startUpload(repository: string): Upload;
  upload(id: string): Upload | undefined;
  append(upload: Upload, content: Readable): Promise<void>;
  /** Keeps the upload under its digest and says whether it was the one given; the upload ends either way. */
  finish(upload: Upload, digest: string): Promise<boolean>;
  cancel(upload: Upload): void;
}

export const digestOf = (content: Buffer | string): string =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`;

export class MemoryBlobs implements BlobStore {
  private readonly contents = new Map<string, Buffer>();
  private readonly uploads = new Map<string, Upload & { chunks: Buffer[] }>();

  has(digest: string): boolean {
    return this.contents.has(digest);
  }

  read(digest: string): Buffer {
    const content = this.contents.get(digest);
    if (!content) throw new Error(`no blob ${digest}`);
    return content;
  }

  stream(digest: string): Readable {
    return Readable.from([this.read(digest)]);
  }

  write(digest: string, content: Buffer): Promise<void> {
    this.contents.set(digest, content);
    return Promise.resolve();
  }

  startUpload(repository: string): Upload {
    const upload = { id: randomUUID(), repository, size: 0, chunks: [] };
    this.uploads.set(upload.id, upload);
    return upload;
  }

  upload(id: string): Upload | undefined {
    return this.uploads.get(id);
  }

  async append(upload: Upload, content: Readable): Promise<void> {
    const chunks = this.uploads.get(upload.id)?.chunks;
    for await (const chunk of content) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      chunks?.push(bytes);
      upload.size += bytes.length;
    }
  }

  finish(upload: Upload, digest: string): Promise<boolean> {
    const content = Buffer.concat(this.uploads.get(upload.id)?.chunks ?? []);
    this.uploads.delete(upload.id);
    const right = digestOf(content) === digest;
    if (right) this.contents.set(digest, content);
    return Promise.resolve(right);
  }

  cancel(upload: Upload): void {
    this.uploads.delete(upload.id);
  }
}

export class FolderBlobs implements BlobStore {
  private readonly uploads = new Map<string, Upload>();

  constructor(private readonly folder: string) {
    rmSync(join(folder, 'uploads'), { recursive: true, force: true });
    for (const name of ['blobs', 'uploads']) mkdirSync(join(folder, name), { recursive: true });
  }

  has(digest: string): boolean {
    return existsSync(this.fileOf(digest));
  }

  read(digest: string): Buffer {
    return readFileSync(this.fileOf(digest));
  }

  stream(digest: string): Readable {
    return createReadStream(this.fileOf(digest));
  }

  async write(digest: string, content: Buffer): Promise<void> {
    const side = join(this.folder, 'uploads', randomUUID());
    await writeFile(side, content);
    await rename(side, this.fileOf(digest));
  }

  startUpload(repository: string): Upload {
    const upload = { id: randomUUID(), repository, size: 0 };
    this.uploads.set(upload.id, upload);
    return upload;
  }

  upload(id: string): Upload | undefined {
    return this.uploads.get(id);
  }

  async append(upload: Upload, content: Readable): Promise<void> {
    const file = createWriteStream(this.uploadFile(upload), { flags: 'a' });
    content.on('data', (chunk: Buffer) => (upload.size += chunk.length));
    await pipeline(content, file);
  }

  async finish(upload: Upload, digest: string): Promise<boolean> {
    const file = this.uploadFile(upload);
    this.uploads.delete(upload.id);
    if (!existsSync(file)) await writeFile(file, '');
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    if (`sha256:${hash.digest('hex')}` !== digest) {
      rmSync(file, { force: true });
      return false;
    }
    await rename(file, this.fileOf(digest));
    return true;
  }

  cancel(upload: Upload): void {
    this.uploads.delete(upload.id);
    rmSync(this.uploadFile(upload), { force: true });
  }

  private fileOf(digest: string): string {
    return join(this.folder, 'blobs', digest.replace(/[^a-z0-9]/g, '-'));
  }

  private uploadFile(upload: Upload): string {
    return join(this.folder, 'uploads', upload.id);
  }
}
