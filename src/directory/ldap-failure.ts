export type LdapStep = 'connect' | 'start-tls' | 'bind' | 'search' | 'compare' | 'read' | 'deadline';

/**
 * Why a conversation with the directory ended. It may be logged: it holds the step, the name and the code of what
 * happened, and never a message of the server's or of ldapjs, which can carry DNs.
 */
export class LdapFailure extends Error {
  constructor(
    readonly step: LdapStep,
    readonly reason: string,
    /** The result code of RFC 4511 4.1.9 when the server answered one; null when no answer came. */
    readonly resultCode: number | null = null,
  ) {
    super(`LDAP ${step}: ${reason}`);
    this.name = 'LdapFailure';
  }

  /** `error` is what ldapjs or a socket gave: an LDAP result (code is a number), or a system or TLS error. */
  static of(step: LdapStep, error: unknown): LdapFailure {
    if (error instanceof LdapFailure) return error;
    if (!(error instanceof Error)) return new LdapFailure(step, 'the connection ended');
    const code: unknown = 'code' in error ? error.code : undefined;
    if (typeof code === 'number') return new LdapFailure(step, `${error.name} (${code})`, code);
    if (typeof code === 'string') return new LdapFailure(step, code);
    // What ldapjs wraps the errors of its parser in.
    return new LdapFailure(step, error.name === 'VError' ? 'the answer is not LDAP' : error.name);
  }
}
