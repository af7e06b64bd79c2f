import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EarlyReconcile } from '../projects/drift/early-reconcile';
import { ViolationEvents } from '../tag-rule/violations/violation-events';

/** Where a tag moved that may not, somebody has taken the rule away: the project is compared before its turn. */
@Injectable()
export class SuspectRules implements OnModuleInit {
  constructor(
    private readonly events: ViolationEvents,
    private readonly early: EarlyReconcile,
  ) {}

  onModuleInit(): void {
    this.events.subscribe(({ type, project }) => {
      if (type === 'violation.opened') this.early.soon(project);
    });
  }
}
