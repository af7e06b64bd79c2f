/** One part of `npm run bench`: prints its own tables. */
export interface Section {
  /** As it is asked for: `npm run bench -- lookup`. */
  readonly name: string;
  readonly title: string;
  run(options: SectionOptions): Promise<void>;
}

export interface SectionOptions {
  /** `--size N`: how many of what the section is about; undefined: what the README's figures were made with. */
  readonly size?: number;
  /** `--part name`: only this part of a section that has parts. */
  readonly part?: string;
  /** `--images N`: how many others the catalog has beside them; for lookups on MariaDB. */
  readonly images?: number;
}
