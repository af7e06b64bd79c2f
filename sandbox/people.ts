import { SANDBOX_MARK } from '../src/config/environment-rules';

/** The people of the sandbox. Their passwords are public, and production refuses whatever carries the mark. */
export const PEOPLE = [
  {
    username: 'liuyizhou',
    password: `liuyizhou-${SANDBOX_MARK}`,
    displayName: '刘一舟',
    email: 'liuyizhou@example.com',
    admin: false,
  },
  {
    username: 'ada',
    password: `ada-${SANDBOX_MARK}`,
    displayName: 'Ada Lovelace',
    email: 'ada@example.com',
    admin: false,
  },
  {
    username: 'grace',
    password: `grace-${SANDBOX_MARK}`,
    displayName: 'Grace Hopper',
    email: 'grace@example.com',
    admin: true,
  },
];

/** The groups of the sandbox's directory, beside that of the admins. */
export const GROUPS = [
  { name: 'vision-lab', members: ['liuyizhou', 'ada'] },
  { name: 'speech-lab', members: ['grace'] },
];
