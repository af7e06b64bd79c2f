import { Entity, Index } from 'typeorm';
import { CountColumn, FlagColumn, IdColumn, TextColumn, TimeColumn } from '../../database/columns';

/**
 * An exemption from a project's tag rule, written before the first rule is changed. It goes when the tag rule was seen
 * as it should be, and nothing that was sent can change it any more.
 */
@Entity('rule_exemptions')
@Index('ix_rule_exemptions_project', ['projectId'])
@Index('ix_rule_exemptions_due', ['dueAt'])
export class RuleExemptionIntent {
  @IdColumn()
  id: string;

  @TextColumn(36)
  projectId: string;

  /** Without the project. */
  @TextColumn(255)
  repository: string;

  /** Null while a whole repository is deleted. */
  @TextColumn(128, { nullable: true })
  tag: string | null;

  /** The project's tag rule in Harbor. */
  @CountColumn()
  ruleId: number;

  /** No answer came to a call that opened it: Harbor may still apply it. */
  @FlagColumn()
  isUnsure: boolean;

  /** When the sweep has something to do with it. */
  @TimeColumn()
  dueAt: Date;

  @TimeColumn()
  createdAt: Date;
}
