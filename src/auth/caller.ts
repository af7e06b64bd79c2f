/** A person who logged in, or for whom the platform acts. */
export interface PersonCaller {
  kind: 'person';
  personId: string;
  username: string;
  /** Never true while the platform acts for the person. */
  isAdmin: boolean;
  /** The session of the access token; null while the platform acts for the person. */
  sessionId: string | null;
  /** The platform's service token that acts for the person; null when the person calls. */
  actedForBy: string | null;
}

/** A program with a service token. */
export interface ServiceCaller {
  kind: 'scheduler' | 'platform';
  tokenId: string;
  tokenName: string;
}

/** Whoever sent the request, as the guard established it. */
export type Caller = PersonCaller | ServiceCaller;

/** Whom a route is open to. `admin` is a person in the admin group. */
export type Role = 'person' | 'admin' | 'scheduler' | 'platform';
