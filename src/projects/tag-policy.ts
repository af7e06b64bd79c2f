/**
 * What Berth does about a tag that moved although it may not. `pin`: jobs go on with the recorded digest. `block`: jobs
 * are refused it until somebody decides. `restore`: Berth puts the tag back, and the rule with it.
 */
export const TAG_POLICIES = ['pin', 'block', 'restore'] as const;
export type TagPolicy = (typeof TAG_POLICIES)[number];

/** Of a project that says nothing, the site's. */
export function tagPolicyOf({ tagPolicy }: { tagPolicy: TagPolicy | null }, ofSite: TagPolicy): TagPolicy {
  return tagPolicy ?? ofSite;
}
