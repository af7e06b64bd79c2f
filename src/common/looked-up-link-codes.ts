import type { MessageCode } from './messages.en';

/** Why a link cannot be looked up, as every route documents that takes links of jobs. */
export const LOOKED_UP_LINK_CODES = [
  'link.scheme',
  'link.command',
  'link.host-other',
  'link.upper-case',
  'link.path',
  'link.tag',
] as const satisfies readonly MessageCode[];
