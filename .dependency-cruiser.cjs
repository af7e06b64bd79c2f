/**
 * Who may import whom. What a feature needs of another is the other's service, listed in `doors`:
 * a new door is a decision, and is seen in the diff of this file.
 */
const doors = {
  config: ['config', 'config.module'],
  database: ['database.module', 'columns', 'database-time', 'database-errors', 'database-reader'],
  auth: [
    'auth.module',
    'caller',
    'current-caller.decorator',
    'roles.decorator',
    'persons.service',
    'person.entity',
    'person-groups',
    'offboarded',
    'offboarded-persons',
    'username-key',
  ],
  accounts: ['accounts.module', 'accounts.service', 'account-standings'],
  projects: [
    'projects.module',
    'project-management.module',
    'projects.service',
    'project-roles',
    'project-lease',
    'rule-exemption',
    'tag-policy',
    'drift-records.service',
    'project-programs.service',
    'suspended-memberships.service',
    'commands',
    'project.entity',
    'project-name',
    'immutable-rule',
    'webhook-secret',
    'webhook',
    'project-webhooks.service',
    'early-reconcile',
  ],
  images: [
    'images.module',
    'images.service',
    'image-importers',
    'image-access',
    'image-visibility',
    'image-grants',
    'image-name',
  ],
  'tag-rule': [
    'tag-rule.module',
    'tag-records.service',
    'tag-record.entity',
    'tag-rule',
    'hold-tag',
    'swept-records',
    'observation',
    'watched-tag',
    'sweep-wishes',
    'violation-events',
    'violation.entity',
  ],
  removal: ['removal.module'],
  lookup: ['lookup.module', 'lookup.service'],
  jobs: [
    'leases.module',
    'leases.service',
    'jobs.module',
    'job-question',
    'job-lookups',
    'job-fields',
    'job-link-problems.decorator',
  ],
  'pull-secrets': ['pull-secrets.module', 'pull-robots'],
  diagnose: ['diagnose.module'],
  metrics: ['metrics.module', 'metrics'],
  changes: ['changes.module', 'changes', 'change-feed', 'change-key', 'change-marks'],
  changes: ['changes.module', 'changes', 'change-feed', 'change-key', 'change-marks'],
  background: ['background.module', 'background-tasks', 'background-work', 'replicas'],
  audit: ['audit.module', 'audit-reading.module', 'audit.service'],
  sweep: ['sweep.module', 'sweeps.service'],
  health: ['health.module'],
  throttle: ['throttle.module', 'throttle', 'credential-action.decorator'],
};

const features = Object.keys(doors).filter((name) => name !== 'config' && name !== 'database');

/** Only the composition root and the commands may open every file of a feature. */
const roots = '^src/(main|app\\.module|app\\.setup)\\.ts$|\\.command\\.ts$|^src/database/';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'common-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^src/common/' },
      to: { path: '^src/(?!common/)' },
    },
    {
      name: 'config-imports-only-common',
      severity: 'error',
      from: { path: '^src/config/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/(?!config/|common/)' },
    },
    {
      name: 'metrics-imports-only-common-and-config',
      severity: 'error',
      from: { path: '^src/metrics/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/(?!metrics/|common/|config/)' },
    },
    {
      name: 'harbor-and-directory-stand-alone',
      severity: 'error',
      from: { path: '^src/(harbor|directory)/', pathNot: '\\.(spec|command)\\.ts$' },
      to: { path: '^src/(?!harbor/|directory/|common/|config/|metrics/metrics\\.ts$)' },
    },
    {
      name: 'harbor-does-not-know-directory',
      severity: 'error',
      from: { path: '^src/(harbor|directory)/' },
      to: { path: '^src/(harbor|directory)/', pathNot: '^src/$1/' },
    },
    {
      name: 'only-harbor-speaks-http-outwards',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/harbor/|\\.spec\\.ts$' },
      to: { path: 'node_modules/(axios|nock)/' },
    },
    {
      name: 'only-directory-speaks-ldap',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/directory/|\\.spec\\.ts$' },
      to: { path: 'node_modules/ldapjs/' },
    },
    {
      name: 'product-does-not-know-the-sandbox',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(sandbox|test|bench)/' },
    },
    ...features.map((feature) => ({
      name: `through-the-door-of-${feature}`,
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/${feature}/|${roots}` },
      to: { path: `^src/${feature}/`, pathNot: `^src/${feature}/(${doors[feature].join('|')})\\.ts$` },
    })),
    {
      name: 'harbor-through-its-door',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/harbor/|${roots}` },
      to: {
        path: '^src/harbor/',
        pathNot: '^src/harbor/(harbor\\.client|harbor\\.types|harbor\\.module|harbor-survey)\\.ts$',
      },
    },
    {
      name: 'directory-through-its-door',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/directory/|${roots}` },
      to: {
        path: '^src/directory/',
        pathNot: '^src/directory/(directory|directory\\.module|directory-survey)\\.ts$',
      },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '(main|\\.command|\\.spec)\\.ts$|migrations/' },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    exclude: { path: '^(dist|dist-sandbox)/' },
  },
};
