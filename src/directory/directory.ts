/** A group of the directory. */
export interface DirectoryGroup {
  /** The entry's own id, of the same attribute as a person's. */
  id: string;
  /** As the entry writes it. */
  name: string;
}

/** One person of the directory, as its entry says. */
export interface DirectoryEntry {
  /** The entry's own id (entryUUID, or objectGUID as lower-case hex with dashes): identity, also after a rename. */
  id: string;
  dn: string;
  /** The value of the login attribute in the entry, never what was typed. */
  username: string;
  displayName: string;
  email: string | null;
  /** Member of the configured admin group. */
  isAdmin: boolean;
  /** Fits the configured filter of those who left; such a person cannot log in. */
  isDisabled: boolean;
  /** Those that name the person, or as far up as is configured a group of theirs, as a member; null where the directory does not tell, or no place for them is set. */
  groups: readonly DirectoryGroup[] | null;
}

/** A wrong or empty password, an unknown name and an ambiguous one are one value: nobody learns which it was. */
export type LoginResult = { ok: true; entry: DirectoryEntry } | { ok: false };

/**
 * The people of the platform. Every method throws DomainError `upstream-unavailable` (`directory.unavailable`)
 * when the directory gives no answer within its deadline; it never mistakes that for "wrong" or "absent".
 */
export abstract class Directory {
  /** Binds as the one entry that has this login name. The directory never sees an empty password. */
  abstract login(typedName: string, password: string): Promise<LoginResult>;

  /** The one entry whose login attribute equals `username`, or null when there is none or more than one. */
  abstract findByUsername(username: string): Promise<DirectoryEntry | null>;

  /** The entry with this id (entryUUID or objectGUID), or null when the directory says there is none. */
  abstract findById(id: string): Promise<DirectoryEntry | null>;

  /** The one group with this name, or null when there is none, or more than one, or no place for groups is set. */
  abstract findGroup(name: string): Promise<DirectoryGroup | null>;

  /**
   * Which of these ids (at most 100) have an entry, and whether it is disabled; ids without an entry are left out.
   * One conversation, and an answer that the directory cut short is an outage.
   */
  abstract observe(ids: readonly string[]): Promise<Map<string, 'present' | 'disabled'>>;

  /** Resolves when the service bind works; for readiness and the doctor. */
  abstract ping(): Promise<void>;
}
