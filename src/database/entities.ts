import { Account } from '../accounts/account.entity';
import { OffboardingRound } from '../accounts/offboarding-round.entity';
import { AuditEntry } from '../audit/audit-entry.entity';
import { DirectoryGroupRow } from '../auth/directory-group.entity';
import { LoginFailure } from '../auth/login-failure.entity';
import { PersonGroup } from '../auth/person-group.entity';
import { Person } from '../auth/person.entity';
import { RefreshToken } from '../auth/refresh-token.entity';
import { ServiceToken } from '../auth/service-token.entity';
import { Session } from '../auth/session.entity';
import { BackgroundLease } from '../background/background-lease.entity';
import { Installation } from '../background/installation.entity';
import { Replica } from '../background/replica.entity';
import { Change } from '../changes/change.entity';
import { ImageAudience } from '../images/sharing/image-audience.entity';
import { ImageFieldChange } from '../images/history/image-field-change.entity';
import { ImageTerm } from '../images/lists/image-term.entity';
import { ImageShare } from '../images/sharing/image-share.entity';
import { Image } from '../images/image.entity';
import { DigestRemoval } from '../jobs/digest-removal.entity';
import { JobImage } from '../jobs/job-image.entity';
import { Job } from '../jobs/job.entity';
import { RefusedPull } from '../lookup/refused-pull.entity';
import { PullSecret } from '../pull-secrets/pull-secret.entity';
import { DriftRecord } from '../projects/drift/drift-record.entity';
import { ProjectMember } from '../projects/members/project-member.entity';
import { Project } from '../projects/project.entity';
import { QuotaRequest } from '../projects/quota/quota-request.entity';
import { ReconcileRound } from '../projects/drift/reconcile-round.entity';
import { Robot } from '../projects/robots/robot.entity';
import { RuleExemptionIntent } from '../projects/immutable-rules/rule-exemption.entity';
import { SuspendedMembership } from '../projects/members/suspended-membership.entity';
import { AuditFeed } from '../tag-rule/feed/audit-feed.entity';
import { TagDigest } from '../tag-rule/tag-digest.entity';
import { Hold } from '../restoring/hold.entity';
import { Restoration } from '../restoring/restoration.entity';
import { RemovalIntent } from '../removal/removal-intent.entity';
import { SweepAlarm } from '../sweep/sweep-alarm.entity';
import { SweepProject } from '../sweep/sweep-project.entity';
import { TagHint } from '../tag-rule/hints/tag-hint.entity';
import { TagRecord } from '../tag-rule/tag-record.entity';
import { Violation } from '../tag-rule/violations/violation.entity';

/** Every table of Berth. */
export const entities = [
  Person,
  DirectoryGroupRow,
  PersonGroup,
  Session,
  RefreshToken,
  ServiceToken,
  LoginFailure,
  Account,
  Project,
  ProjectMember,
  QuotaRequest,
  Robot,
  RuleExemptionIntent,
  DriftRecord,
  ReconcileRound,
  SuspendedMembership,
  OffboardingRound,
  Image,
  ImageFieldChange,
  ImageShare,
  ImageAudience,
  ImageTerm,
  TagRecord,
  TagHint,
  SweepProject,
  SweepAlarm,
  RemovalIntent,
  Restoration,
  Hold,
  TagDigest,
  AuditFeed,
  Violation,
  Job,
  JobImage,
  DigestRemoval,
  RefusedPull,
  PullSecret,
  AuditEntry,
  BackgroundLease,
  Installation,
  Replica,
  Change,
] as const;
