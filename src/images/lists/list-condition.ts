/** One thing that all images of a list have in common. */
export type Condition = TermCondition | BeginningCondition | SeenCondition;

/** They have this term. */
export interface TermCondition {
  term: string;
}

/** They have a word that begins so. */
export interface BeginningCondition {
  beginning: string;
  /** Every such word that any image has; null: too many to name. */
  words: readonly string[] | null;
}

/** One of these audiences sees them. */
export interface SeenCondition {
  audiences: readonly string[];
  /** Those of them that count only while the image's owner has not left. */
  whileStaying: readonly string[];
}
