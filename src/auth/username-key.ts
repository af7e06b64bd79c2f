/**
 * The form in which two usernames of one directory are the same: directories compare login names without case
 * and without regard to Unicode's compatibility forms (RFC 4518).
 */
export function usernameKey(username: string): string {
  return username.normalize('NFKC').toLowerCase().normalize('NFKC');
}
