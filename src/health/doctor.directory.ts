import type { DirectoryConfig } from '../config/config';
import type { DirectoryFailure, DirectorySurvey } from '../directory/directory-survey';
import { ok, problem, warning, type Finding } from './finding';
import { networkAdvice } from './network-advice';

const INVALID_CREDENTIALS = 49;

/** Can Berth look people up, and is anybody an admin? */
export async function examineDirectory(
  config: DirectoryConfig,
  survey: () => Promise<DirectorySurvey | DirectoryFailure>,
): Promise<Finding[]> {
  const found = await survey();
  if ('step' in found) return [...examineEncryption(config), failed(found)];
  return [
    ok('the directory answers, and accepts the service account'),
    ...examineEncryption(config),
    examinePeople(found.people, config),
    examineAdminGroup(found.adminGroup, config),
    ...examineGroups(found.groups, config),
  ];
}

function examineEncryption({ url, startTls }: DirectoryConfig): Finding[] {
  if (url.startsWith('ldaps:') || startTls) return [];
  return [
    warning(
      'LDAP_URL is ldap:// without StartTLS',
      'the passwords of all people travel unencrypted to the directory',
      'Use ldaps://, or set LDAP_START_TLS=true.',
    ),
  ];
}

function failed({ step, reason, resultCode }: DirectoryFailure): Finding {
  const means = 'nobody can log in to Berth';
  if (step === 'bind' && resultCode === INVALID_CREDENTIALS) {
    return problem(
      'the directory does not accept the service account',
      means,
      'Correct LDAP_BIND_DN and LDAP_BIND_PASSWORD; try them with "ldapwhoami -x -D <dn> -W".',
    );
  }
  if (step === 'start-tls') {
    return problem(
      `the directory refuses StartTLS, or its certificate is not trusted (${reason})`,
      means,
      networkAdvice(reason, { url: 'LDAP_URL', ca: 'LDAP_CA_FILE' }),
    );
  }
  if (resultCode !== null) {
    return problem(
      `the directory refuses to ${step} (${reason})`,
      means,
      'Give the service account the right to read people and groups under LDAP_BASE_DN.',
    );
  }
  return problem(
    `the directory cannot be reached (${step}: ${reason})`,
    means,
    networkAdvice(reason, { url: 'LDAP_URL', ca: 'LDAP_CA_FILE' }),
  );
}

function examinePeople(people: DirectorySurvey['people'], config: DirectoryConfig): Finding {
  switch (people) {
    case 'found':
      return ok('there are people under LDAP_BASE_DN, with a readable login attribute and id');
    case 'unidentified':
      return problem(
        `people are found, but none with a readable ${config.loginAttribute} and ${config.idAttribute}`,
        'nobody can be identified, so nobody can log in',
        'Correct LDAP_LOGIN_ATTRIBUTE and LDAP_ID_ATTRIBUTE (Active Directory: sAMAccountName and objectGUID), or let the service account read them.',
      );
    case 'none':
      return problem(
        'nobody is found under LDAP_BASE_DN',
        'nobody can log in',
        'Correct LDAP_BASE_DN or LDAP_PERSON_FILTER, or let the service account read people.',
      );
    case 'base-absent':
      return problem(
        'LDAP_BASE_DN does not exist in the directory',
        'nobody can log in',
        'Correct LDAP_BASE_DN; "ldapsearch -x -s base -b \'\' namingContexts" shows what there is.',
      );
  }
}

function examineAdminGroup(group: DirectorySurvey['adminGroup'], config: DirectoryConfig): Finding {
  switch (group) {
    case 'has-members':
      return ok('the admin group has members');
    case 'without-members':
      return warning(
        `the admin group has no readable ${config.groupMemberAttribute}`,
        'nobody is an admin in Berth',
        'Add somebody to the group, or correct LDAP_GROUP_MEMBER_ATTRIBUTE.',
      );
    case 'absent':
      return problem(
        'LDAP_ADMIN_GROUP_DN does not exist in the directory, or cannot be read',
        'nobody is an admin in Berth',
        'Correct LDAP_ADMIN_GROUP_DN, or let the service account read it.',
      );
    case 'not-configured':
      return warning(
        'LDAP_ADMIN_GROUP_DN is not set',
        'nobody is an admin in Berth',
        'Set it to the DN of the group whose members administer the platform.',
      );
  }
}

/** Sharing with groups is a choice of the site. */
function examineGroups(groups: DirectorySurvey['groups'], config: DirectoryConfig): Finding[] {
  const means = 'images cannot be shared with groups';
  const { groupMemberAttribute, groupNameAttribute, idAttribute } = config;
  switch (groups) {
    case 'not-configured':
      return [];
    case 'found':
      return [ok('there are groups under LDAP_GROUP_BASE_DN')];
    case 'unidentified':
      return [
        warning(
          `no group has a readable ${groupMemberAttribute}, ${groupNameAttribute} and ${idAttribute}`,
          means,
          'Correct LDAP_GROUP_BASE_DN, LDAP_GROUP_MEMBER_ATTRIBUTE or LDAP_GROUP_NAME_ATTRIBUTE, or let the service account read them.',
        ),
      ];
    case 'base-absent':
      return [
        warning('LDAP_GROUP_BASE_DN does not exist in the directory', means, 'Correct LDAP_GROUP_BASE_DN.'),
      ];
  }
}
