/** Which keys of the configuration lead to a server. */
export interface ServerSettings {
  url: string;
  /** Null where no private certificate authority can be given. */
  ca: string | null;
}

/** OpenSSL's words for a certificate that leads to no authority that is trusted here. */
const UNTRUSTED = /SELF_SIGNED|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY|CERT_UNTRUSTED/;

/** What to do when a server could not be spoken to; `reason` holds the code that Node or OpenSSL gave. */
export function networkAdvice(reason: string, settings: ServerSettings): string {
  if (UNTRUSTED.test(reason)) {
    return settings.ca === null
      ? 'Give the server a certificate of an authority that this machine trusts.'
      : `Put the certificate authority's PEM file on this machine and name it in ${settings.ca}.`;
  }
  if (/ALTNAME/.test(reason))
    return `The certificate is for another name: correct the host in ${settings.url}.`;
  if (/EXPIRED/.test(reason))
    return 'Renew the certificate of the server, and look at the clocks of both machines.';
  if (/EPROTO|WRONG_VERSION|SSL/.test(reason)) {
    return `The server does not speak TLS there: correct scheme and port in ${settings.url}.`;
  }
  if (/ENOTFOUND|EAI_AGAIN/.test(reason)) {
    return `No name server knows the host: check its spelling in ${settings.url}, and the DNS of this machine.`;
  }
  if (/ECONNREFUSED/.test(reason))
    return `Nothing listens there: start the server, or correct the port in ${settings.url}.`;
  if (/ECONNRESET|EPIPE|hang up|closed/.test(reason)) {
    return `The connection is cut: look for a proxy or firewall, and check scheme and port in ${settings.url}.`;
  }
  if (/TIMEDOUT|ECONNABORTED|EHOSTUNREACH|ENETUNREACH|no answer|not connect/.test(reason)) {
    return `Check host and port in ${settings.url}, and that no firewall is between this machine and it.`;
  }
  return `Check ${settings.url}, and that this machine may reach it.`;
}
