/**
 * Each request without the `sid` cookie leaves a session key in Harbor's Redis for an hour; a read that sends back
 * a `sid` of Harbor's leaves none. A write with it would be refused (CSRF), so writes never send it.
 */
export class SessionCookie {
  private sid: string | null = null;

  /** The Cookie header of a read, or null before Harbor gave one. */
  get header(): string | null {
    return this.sid === null ? null : `sid=${this.sid}`;
  }

  /** @param setCookies the Set-Cookie headers of a reply */
  keep(setCookies: readonly string[]): void {
    for (const cookie of setCookies) {
      const sid = /^sid=([\w.%+/=-]{1,512})(;|$)/.exec(cookie)?.[1];
      if (sid !== undefined) this.sid = sid;
    }
  }
}
