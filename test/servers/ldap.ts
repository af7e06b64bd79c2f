import { readFileSync } from 'node:fs';
import { findServerVariable, getServerVariable } from './environment';

/** The real OpenLDAP. `bindDn` may write under `baseDn`: make a subtree of your own. It is not cleaned up: a server given by URL is one for tests. */
export interface LdapServer {
  url: string;
  bindDn: string;
  bindPassword: string;
  baseDn: string;
  /** Null for a server that was given by URL without BERTH_TEST_LDAPS_URL and BERTH_TEST_LDAP_CA_FILE. */
  tls: { url: string; ca: string } | null;
}

export function ldap(): LdapServer {
  const secureUrl = findServerVariable('BERTH_TEST_LDAPS_URL');
  const caFile = findServerVariable('BERTH_TEST_LDAP_CA_FILE');
  return {
    url: getServerVariable('BERTH_TEST_LDAP_URL'),
    bindDn: getServerVariable('BERTH_TEST_LDAP_BIND_DN'),
    bindPassword: getServerVariable('BERTH_TEST_LDAP_BIND_PASSWORD'),
    baseDn: getServerVariable('BERTH_TEST_LDAP_BASE_DN'),
    tls: secureUrl !== null && caFile !== null ? { url: secureUrl, ca: readFileSync(caFile, 'utf8') } : null,
  };
}
