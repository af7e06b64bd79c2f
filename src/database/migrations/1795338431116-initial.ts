import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { migrationColumns } from '../migration-columns';

export class Initial1795338431116 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const column = migrationColumns(queryRunner);
    await queryRunner.createTable(
      new Table({
        name: 'accounts',
        columns: [
          column.id('id'),
          column.text('personId', 36),
          column.text('harborUsername', 255),
          column.count('harborUserId', 'nullable'),
          column.text('intentMark', 30),
          column.text('credentialsState', 16),
          column.time('credentialsIssuedAt', 'nullable'),
          column.time('readyAt', 'nullable'),
          column.text('leaseToken', 36, 'nullable'),
          column.time('leaseUntil', 'nullable'),
          column.time('createdAt'),
          column.time('updatedAt'),
        ],
        indices: [
          { name: 'ix_accounts_harbor_user', columnNames: ['harborUserId'] },
          { name: 'uq_accounts_harbor_username', columnNames: ['harborUsername'], isUnique: true },
          { name: 'uq_accounts_person', columnNames: ['personId'], isUnique: true },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'offboarding_rounds',
        columns: [
          column.id('id'),
          column.count('version'),
          column.time('startedAt', 'nullable'),
          column.text('afterPersonId', 36, 'nullable'),
          column.time('completedAt', 'nullable'),
          column.time('stoppedAt', 'nullable'),
          column.count('due'),
          column.count('allowed'),
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'audit_entries',
        columns: [
          column.id('id'),
          column.time('at'),
          column.text('action', 64),
          column.text('outcome', 16),
          column.text('code', 64, 'nullable'),
          column.text('actorKind', 16),
          column.text('actorName', 256),
          column.text('forPersonId', 36, 'nullable'),
          column.text('forUsername', 256, 'nullable'),
          column.text('target', 1024),
          column.text('requestId', 128, 'nullable'),
        ],
        indices: [
          { name: 'ix_audit_entries_outcome', columnNames: ['outcome', 'id'] },
          { name: 'ix_audit_entries_action', columnNames: ['action', 'id'] },
          { name: 'ix_audit_entries_actor', columnNames: ['actorName', 'id'] },
          { name: 'ix_audit_entries_person', columnNames: ['forPersonId', 'id'] },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'directory_groups',
        columns: [
          column.id('id'),
          column.text('directoryId', 255),
          column.text('name', 256),
          column.text('nameKey', 512),
        ],
        indices: [
          { name: 'ix_directory_groups_name', columnNames: ['nameKey'] },
          { name: 'uq_directory_groups_directory_id', columnNames: ['directoryId'], isUnique: true },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'login_failures',
        columns: [
          column.id('id'),
          column.text('personId', 36),
          column.time('hour'),
          column.count('failures'),
          column.time('lastAt'),
        ],
        indices: [
          { name: 'ix_login_failures_person', columnNames: ['personId', 'id'] },
          { name: 'uq_login_failures_person_hour', columnNames: ['personId', 'hour'], isUnique: true },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'person_groups',
        columns: [column.id('id'), column.text('personId', 36), column.text('groupId', 36)],
        indices: [{ name: 'uq_person_groups', columnNames: ['personId', 'groupId'], isUnique: true }],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'persons',
        columns: [
          column.id('id'),
          column.text('directoryId', 255),
          column.text('username', 256),
          column.text('usernameKey', 512),
          column.text('displayName', 256),
          column.text('email', 320, 'nullable'),
          column.time('createdAt'),
          column.time('seenAt'),
          column.time('groupsSeenAt', 'nullable'),
          column.time('absentSince', 'nullable'),
          column.text('absentBecause', 16, 'nullable'),
          column.count('absences'),
          column.time('offboardedAt', 'nullable'),
          column.text('offboardedBecause', 16, 'nullable'),
          column.text('offboardedReason', 512, 'nullable'),
          column.time('suspendedAt', 'nullable'),
          column.time('offboardingChangedAt', 'nullable'),
          column.text('rivalDirectoryId', 255, 'nullable'),
          column.text('rivalDisplayName', 256, 'nullable'),
          column.time('rivalSeenAt', 'nullable'),
        ],
        indices: [
          { name: 'ix_persons_offboarded', columnNames: ['offboardedAt'] },
          { name: 'ix_persons_absent_since', columnNames: ['absentSince'] },
          { name: 'ix_persons_offboarding_changed', columnNames: ['offboardingChangedAt'] },
          { name: 'uq_persons_username_key', columnNames: ['usernameKey'], isUnique: true },
          { name: 'uq_persons_directory_id', columnNames: ['directoryId'], isUnique: true },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'sessions',
        columns: [
          column.id('id'),
          column.text('personId', 36),
          column.time('createdAt'),
          column.time('endsAt'),
          column.time('revokedAt', 'nullable'),
          column.text('revokedBecause', 16, 'nullable'),
        ],
        indices: [{ name: 'ix_sessions_person', columnNames: ['personId'] }],
        foreignKeys: [
          {
            name: 'fk_sessions_person',
            columnNames: ['personId'],
            referencedTableName: 'persons',
            referencedColumnNames: ['id'],
            onDelete: 'NO ACTION',
            onUpdate: 'NO ACTION',
          },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'refresh_tokens',
        columns: [
          column.id('id'),
          column.text('sessionId', 36),
          column.text('hash', 64),
          column.time('createdAt'),
          column.time('endsAt'),
          column.time('usedAt', 'nullable'),
        ],
        indices: [
          { name: 'ix_refresh_tokens_session', columnNames: ['sessionId'] },
          { name: 'uq_refresh_tokens_hash', columnNames: ['hash'], isUnique: true },
        ],
        foreignKeys: [
          {
            name: 'fk_refresh_tokens_session',
            columnNames: ['sessionId'],
            referencedTableName: 'sessions',
            referencedColumnNames: ['id'],
            onDelete: 'NO ACTION',
            onUpdate: 'NO ACTION',
          },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'service_tokens',
        columns: [
          column.id('id'),
          column.text('kind', 16),
          column.text('name', 64),
          column.text('liveName', 64, 'nullable'),
          column.text('hash', 64),
          column.time('createdAt'),
          column.text('createdBy', 256, 'nullable'),
          column.time('lastUsedAt', 'nullable'),
          column.time('revokedAt', 'nullable'),
        ],
        indices: [
          { name: 'uq_service_tokens_live_name', columnNames: ['liveName'], isUnique: true },
          { name: 'uq_service_tokens_hash', columnNames: ['hash'], isUnique: true },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'background_leases',
        columns: [
          column.id('id'),
          column.text('name', 64),
          column.text('leaseToken', 36, 'nullable'),
          column.time('leaseUntil', 'nullable'),
          column.time('dueAt', 'nullable'),
        ],
        indices: [{ name: 'uq_background_leases_name', columnNames: ['name'], isUnique: true }],
      }),
    );
    await queryRunner.createTable(
      new Table({ name: 'installations', columns: [column.id('id'), column.text('name', 36)] }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'replicas',
        columns: [
          column.id('id'),
          column.text('host', 255),
          column.count('processId'),
          column.flag('hasRedis'),
          column.time('startedAt'),
          column.time('seenAt'),
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'changes',
        columns: [column.sequence('seq'), column.text('subject', 600), column.time('at')],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'image_audiences',
        columns: [
          column.key('audience', 200),
          column.id('imageId'),
          column.text('personId', 36),
          column.text('name', 512),
        ],
        indices: [
          { name: 'ix_image_audiences_name', columnNames: ['name', 'audience'] },
          { name: 'ix_image_audiences_image', columnNames: ['imageId', 'audience'] },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'image_changes',
        columns: [
          column.id('id'),
          column.text('imageId', 36),
          column.time('at'),
          column.text('username', 255),
          column.text('actedForBy', 255, 'nullable'),
          column.text('field', 16),
          column.json('fromValue'),
          column.json('toValue'),
        ],
        indices: [{ name: 'ix_image_changes_image', columnNames: ['imageId', 'id'] }],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'image_terms',
        columns: [
          column.key('term', 300),
          column.id('imageId'),
          column.text('title', 64),
          column.bytes('usedAtMs'),
          column.bytes('sizeBytes'),
          column.flag('isPublic'),
        ],
        indices: [
          { name: 'ix_image_terms_size', columnNames: ['term', 'sizeBytes', 'imageId', 'isPublic'] },
          { name: 'ix_image_terms_used', columnNames: ['term', 'usedAtMs', 'imageId', 'isPublic'] },
          { name: 'ix_image_terms_title', columnNames: ['term', 'title', 'imageId', 'isPublic'] },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'image_shares',
        columns: [
          column.id('id'),
          column.text('imageId', 36),
          column.text('kind', 16),
          column.text('granteeId', 36),
          column.time('sharedAt'),
          column.text('sharedBy', 256),
        ],
        indices: [
          { name: 'ix_image_shares_image', columnNames: ['imageId', 'id'] },
          { name: 'uq_image_shares', columnNames: ['imageId', 'kind', 'granteeId'], isUnique: true },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'images',
        columns: [
          column.id('id'),
          column.text('personId', 36),
          column.text('name', 512),
          column.text('project', 255),
          column.text('repository', 255),
          column.text('tag', 128, 'nullable'),
          column.text('digest', 71, 'nullable'),
          column.text('tagRecordId', 36, 'nullable'),
          column.text('description', 120),
          column.text('taskType', 64),
          column.json('labels'),
          column.json('described'),
          column.text('kind', 16),
          column.json('platforms'),
          column.bytes('sizeBytes'),
          column.json('standing'),
          column.text('visibility', 16),
          column.text('title', 64),
          column.bytes('usedAtMs'),
          column.text('terms', 4000),
          column.time('goneSince', 'nullable'),
          column.count('version'),
          column.time('createdAt'),
          column.time('updatedAt'),
        ],
        indices: [
          { name: 'ix_images_tag_record', columnNames: ['tagRecordId'] },
          { name: 'uq_images_person_name', columnNames: ['personId', 'name'], isUnique: true },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'digest_removals',
        columns: [
          column.id('id'),
          column.text('project', 255),
          column.text('repository', 255),
          column.text('digest', 71),
          column.time('until'),
        ],
        indices: [
          { name: 'ix_digest_removals_until', columnNames: ['until'] },
          { name: 'ix_digest_removals_digest', columnNames: ['digest', 'project', 'repository'] },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'job_images',
        columns: [
          column.id('id'),
          column.text('runId', 36),
          column.text('name', 512),
          column.text('project', 255),
          column.text('repository', 255),
          column.text('digest', 71),
          column.flag('isLeased'),
        ],
        indices: [
          { name: 'ix_job_images_digest', columnNames: ['digest', 'project', 'repository', 'id'] },
          { name: 'ix_job_images_leased', columnNames: ['project', 'repository', 'isLeased', 'digest'] },
          { name: 'ix_job_images_job', columnNames: ['runId'] },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'jobs',
        columns: [
          column.id('id'),
          column.text('tokenId', 36),
          column.text('tokenName', 64),
          column.text('jobId', 128),
          column.text('currentJobId', 128, 'nullable'),
          column.text('forUsername', 256),
          column.text('question', 64),
          column.time('startedAt'),
          column.time('seenAt'),
          column.time('endedAt', 'nullable'),
          column.time('until', 'nullable'),
        ],
        indices: [
          { name: 'ix_jobs_ended', columnNames: ['endedAt'] },
          { name: 'ix_jobs_until', columnNames: ['until'] },
          { name: 'uq_jobs_current', columnNames: ['tokenId', 'currentJobId'], isUnique: true },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'refused_pulls',
        columns: [column.id('id'), column.text('name', 512)],
        indices: [{ name: 'uq_refused_pulls_name', columnNames: ['name'], isUnique: true }],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'pull_secrets',
        columns: [
          column.id('id'),
          column.text('tokenId', 36),
          column.text('jobId', 128),
          column.text('currentJobId', 128, 'nullable'),
          column.text('forUsername', 256),
          column.text('question', 64),
          column.json('opens'),
          column.text('harborName', 80),
          column.text('intentMark', 40),
          column.count('harborRobotId', 'nullable'),
          column.text('sealedLogin', 1024, 'nullable'),
          column.time('makingUntil', 'nullable'),
          column.time('expiresAt'),
          column.time('dueAt'),
          column.time('createdAt'),
        ],
        indices: [
          { name: 'ix_pull_secrets_due', columnNames: ['dueAt'] },
          { name: 'uq_pull_secrets_current', columnNames: ['tokenId', 'currentJobId'], isUnique: true },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'drifts',
        columns: [
          column.id('id'),
          column.text('projectId', 36),
          column.text('code', 64),
          column.text('subject', 300),
          column.json('params'),
          column.time('firstSeenAt'),
          column.time('lastSeenAt'),
          column.time('repairedAt', 'nullable'),
          column.time('endedAt', 'nullable'),
        ],
        indices: [
          { name: 'ix_drifts_ended', columnNames: ['endedAt', 'code'] },
          {
            name: 'uq_drifts_project_code_subject',
            columnNames: ['projectId', 'code', 'subject'],
            isUnique: true,
          },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'project_members',
        columns: [
          column.id('id'),
          column.text('projectId', 36),
          column.text('personId', 36),
          column.text('wantedRole', 16),
          column.text('seenRole', 16, 'nullable'),
          column.time('updatedAt'),
        ],
        indices: [
          { name: 'ix_project_members_person', columnNames: ['personId'] },
          {
            name: 'uq_project_members_project_person',
            columnNames: ['projectId', 'personId'],
            isUnique: true,
          },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'projects',
        columns: [
          column.id('id'),
          column.text('name', 255),
          column.text('kind', 16),
          column.text('ownerPersonId', 36, 'nullable'),
          column.text('visibility', 16),
          column.text('description', 255),
          column.bytes('quotaBytes'),
          column.text('tagPolicy', 16, 'nullable'),
          column.text('vulnerabilityLimit', 16, 'nullable'),
          column.count('harborProjectId', 'nullable'),
          column.time('intentAt', 'nullable'),
          column.time('readyAt', 'nullable'),
          column.text('leaseToken', 36, 'nullable'),
          column.time('leaseUntil', 'nullable'),
          column.count('version'),
          column.time('createdAt'),
        ],
        indices: [
          { name: 'uq_projects_owner', columnNames: ['ownerPersonId'], isUnique: true },
          { name: 'uq_projects_name', columnNames: ['name'], isUnique: true },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'quota_requests',
        columns: [
          column.id('id'),
          column.text('projectId', 36),
          column.text('openProjectId', 36, 'nullable'),
          column.text('personId', 36),
          column.bytes('quotaBytes'),
          column.text('reason', 500),
          column.text('state', 16),
          column.text('note', 500, 'nullable'),
          column.text('decidedByPersonId', 36, 'nullable'),
          column.time('decidedAt', 'nullable'),
          column.time('createdAt'),
        ],
        indices: [
          { name: 'ix_quota_requests_state', columnNames: ['state', 'id'] },
          { name: 'ix_quota_requests_project', columnNames: ['projectId', 'id'] },
          { name: 'uq_quota_requests_open', columnNames: ['openProjectId'], isUnique: true },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'reconcile_rounds',
        columns: [
          column.id('id'),
          column.time('startedAt', 'nullable'),
          column.time('endedAt', 'nullable'),
          column.time('dueAt'),
          column.text('afterProjectId', 36, 'nullable'),
          column.count('checked'),
          column.count('skipped'),
          column.count('found'),
          column.count('repaired'),
          column.text('stoppedBy', 64, 'nullable'),
          column.text('leaseToken', 36, 'nullable'),
          column.time('leaseUntil', 'nullable'),
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'robots',
        columns: [
          column.id('id'),
          column.text('projectId', 36),
          column.text('name', 64),
          column.text('currentName', 64, 'nullable'),
          column.text('access', 16),
          column.text('harborName', 80),
          column.text('intentMark', 30),
          column.count('harborRobotId', 'nullable'),
          column.text('createdByPersonId', 36),
          column.text('rotatedFromId', 36, 'nullable'),
          column.time('expiresAt'),
          column.time('dueAt'),
          column.time('createdAt'),
        ],
        indices: [
          { name: 'ix_robots_due', columnNames: ['dueAt'] },
          { name: 'uq_robots_current_name', columnNames: ['projectId', 'currentName'], isUnique: true },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'rule_exemptions',
        columns: [
          column.id('id'),
          column.text('projectId', 36),
          column.text('repository', 255),
          column.text('tag', 128, 'nullable'),
          column.count('ruleId'),
          column.flag('isUnsure'),
          column.time('dueAt'),
          column.time('createdAt'),
        ],
        indices: [
          { name: 'ix_rule_exemptions_due', columnNames: ['dueAt'] },
          { name: 'ix_rule_exemptions_project', columnNames: ['projectId'] },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'suspended_memberships',
        columns: [
          column.id('id'),
          column.text('personId', 36),
          column.text('projectId', 36),
          column.text('role', 16),
          column.time('createdAt'),
        ],
        indices: [
          {
            name: 'uq_suspended_memberships_person_project',
            columnNames: ['personId', 'projectId'],
            isUnique: true,
          },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'audit_feeds',
        columns: [
          column.id('id'),
          column.text('name', 16),
          column.text('log', 16),
          column.bytes('lastId'),
          column.json('missing'),
          column.bytes('lost'),
          column.time('readAt'),
          column.time('rowAt', 'nullable'),
          column.time('restartedAt', 'nullable'),
          column.count('version'),
        ],
        indices: [{ name: 'uq_audit_feeds_name', columnNames: ['name'], isUnique: true }],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'tag_digests',
        columns: [
          column.id('id'),
          column.text('tagRecordId', 36),
          column.count('place'),
          column.text('digest', 71, 'nullable'),
          column.json('platforms'),
          column.flag('looked'),
          column.text('source', 16),
          column.time('notBefore', 'nullable'),
          column.time('firstSeenAt'),
          column.time('changedAt', 'nullable'),
          column.text('changedBy', 255, 'nullable'),
          column.bytes('logRow', 'nullable'),
        ],
        indices: [
          { name: 'ix_tag_digests_first_seen', columnNames: ['firstSeenAt'] },
          { name: 'uq_tag_digests_row', columnNames: ['tagRecordId', 'logRow'], isUnique: true },
          { name: 'uq_tag_digests_place', columnNames: ['tagRecordId', 'place'], isUnique: true },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'holds',
        columns: [
          column.id('id'),
          column.text('projectId', 36),
          column.text('project', 255),
          column.text('repository', 255),
          column.text('digest', 71),
          column.text('reason', 16),
          column.bytes('sizeBytes'),
          column.time('since'),
          column.time('heldAt', 'nullable'),
        ],
        indices: [
          { name: 'uq_holds_digest', columnNames: ['project', 'repository', 'digest'], isUnique: true },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'restorations',
        columns: [
          column.id('id'),
          column.text('violationId', 36),
          column.text('tagRecordId', 36),
          column.text('project', 255),
          column.text('repository', 255),
          column.text('tag', 128),
          column.text('username', 256, 'nullable'),
          column.text('state', 16),
          column.text('problem', 64, 'nullable'),
          column.count('tries'),
          column.time('dueAt', 'nullable'),
          column.time('doneAt', 'nullable'),
        ],
        indices: [
          { name: 'ix_restorations_project', columnNames: ['project', 'state'] },
          { name: 'ix_restorations_record', columnNames: ['tagRecordId', 'state', 'doneAt'] },
          { name: 'uq_restorations_violation', columnNames: ['violationId'], isUnique: true },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'removals',
        columns: [
          column.id('id'),
          column.text('project', 255),
          column.text('projectId', 36),
          column.text('repository', 255),
          column.text('tag', 128, 'nullable'),
          column.text('digest', 71, 'nullable'),
          column.text('personId', 36),
          column.text('username', 256),
          column.time('dueAt'),
          column.time('createdAt'),
        ],
        indices: [{ name: 'ix_removals_due', columnNames: ['dueAt'] }],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'sweep_alarms',
        columns: [
          column.id('id'),
          column.text('project', 255),
          column.text('openFor', 255, 'nullable'),
          column.text('reach', 16),
          column.count('vanished'),
          column.count('moved'),
          column.count('tags'),
          column.time('raisedAt'),
          column.time('settledAt', 'nullable'),
          column.text('settledBy', 255, 'nullable'),
        ],
        indices: [
          { name: 'ix_sweep_alarms_raised', columnNames: ['raisedAt'] },
          { name: 'uq_sweep_alarms_open', columnNames: ['openFor'], isUnique: true },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'sweep_projects',
        columns: [
          column.id('id'),
          column.text('project', 255),
          column.count('round'),
          column.time('startedAt', 'nullable'),
          column.time('endedAt', 'nullable'),
          column.time('dueAt'),
          column.time('nextDueAt'),
          column.flag('asked'),
          column.json('place', 'nullable'),
          column.flag('forced'),
          column.text('stoppedBy', 64, 'nullable'),
          column.count('stops'),
          column.count('calls'),
          column.count('tags'),
          column.count('firstSeen'),
          column.count('moved'),
          column.count('vanished'),
          column.text('leaseToken', 36, 'nullable'),
          column.time('leaseUntil', 'nullable'),
        ],
        indices: [
          { name: 'ix_sweep_projects_due', columnNames: ['dueAt'] },
          { name: 'uq_sweep_projects_project', columnNames: ['project'], isUnique: true },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({ name: 'tag_hints', columns: [column.id('id'), column.time('heardAt')] }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'tag_records',
        columns: [
          column.id('id'),
          column.text('project', 255),
          column.text('repository', 255),
          column.text('tag', 128),
          column.count('harborProjectId'),
          column.text('recordedDigest', 71, 'nullable'),
          column.time('recordedPushedAt', 'nullable'),
          column.text('currentDigest', 71, 'nullable'),
          column.text('state', 16),
          column.time('goneSince', 'nullable'),
          column.flag('recordedGone'),
          column.text('flaggedDigest', 71, 'nullable'),
          column.text('kind', 16),
          column.json('platforms'),
          column.bytes('sizeBytes'),
          column.time('firstSeenAt'),
          column.time('checkedAt'),
          column.text('checkedBy', 16),
          column.time('retiredAt', 'nullable'),
          column.count('life'),
          column.bytes('loggedRow', 'nullable'),
          column.text('loggedDigest', 71, 'nullable'),
          column.count('sweptRound', 'nullable'),
          column.count('historyCount'),
          column.count('version'),
        ],
        indices: [
          { name: 'ix_tag_records_checked', columnNames: ['checkedAt'] },
          { name: 'ix_tag_records_state', columnNames: ['state'] },
          { name: 'ix_tag_records_current', columnNames: ['currentDigest'] },
          { name: 'uq_tag_records_name', columnNames: ['project', 'repository', 'tag'], isUnique: true },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'violations',
        columns: [
          column.id('id'),
          column.text('tagRecordId', 36),
          column.text('openRecordId', 36, 'nullable'),
          column.text('project', 255),
          column.text('repository', 255),
          column.text('tag', 128),
          column.text('recordedDigest', 71),
          column.text('fromDigest', 71),
          column.text('toDigest', 71),
          column.time('earliestAt', 'nullable'),
          column.time('latestAt'),
          column.time('changedAt', 'nullable'),
          column.text('changedBy', 255, 'nullable'),
          column.text('source', 16),
          column.text('state', 16),
          column.text('follows', 36, 'nullable'),
          column.time('openedAt'),
          column.time('settledAt', 'nullable'),
          column.text('settledBy', 255, 'nullable'),
          column.text('reason', 1000, 'nullable'),
          column.flag('acceptedNewDigest'),
          column.count('version'),
        ],
        indices: [
          { name: 'ix_violations_project', columnNames: ['project', 'state', 'id'] },
          { name: 'ix_violations_state', columnNames: ['state', 'id'] },
          { name: 'ix_violations_record', columnNames: ['tagRecordId', 'id'] },
          { name: 'uq_violations_open', columnNames: ['openRecordId'], isUnique: true },
        ],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('violations');
    await queryRunner.dropTable('tag_records');
    await queryRunner.dropTable('tag_hints');
    await queryRunner.dropTable('sweep_projects');
    await queryRunner.dropTable('sweep_alarms');
    await queryRunner.dropTable('removals');
    await queryRunner.dropTable('restorations');
    await queryRunner.dropTable('holds');
    await queryRunner.dropTable('tag_digests');
    await queryRunner.dropTable('audit_feeds');
    await queryRunner.dropTable('suspended_memberships');
    await queryRunner.dropTable('rule_exemptions');
    await queryRunner.dropTable('robots');
    await queryRunner.dropTable('reconcile_rounds');
    await queryRunner.dropTable('quota_requests');
    await queryRunner.dropTable('projects');
    await queryRunner.dropTable('project_members');
    await queryRunner.dropTable('drifts');
    await queryRunner.dropTable('pull_secrets');
    await queryRunner.dropTable('refused_pulls');
    await queryRunner.dropTable('jobs');
    await queryRunner.dropTable('job_images');
    await queryRunner.dropTable('digest_removals');
    await queryRunner.dropTable('images');
    await queryRunner.dropTable('image_shares');
    await queryRunner.dropTable('image_terms');
    await queryRunner.dropTable('image_changes');
    await queryRunner.dropTable('image_audiences');
    await queryRunner.dropTable('changes');
    await queryRunner.dropTable('replicas');
    await queryRunner.dropTable('installations');
    await queryRunner.dropTable('background_leases');
    await queryRunner.dropTable('service_tokens');
    await queryRunner.dropTable('refresh_tokens');
    await queryRunner.dropTable('sessions');
    await queryRunner.dropTable('persons');
    await queryRunner.dropTable('person_groups');
    await queryRunner.dropTable('login_failures');
    await queryRunner.dropTable('directory_groups');
    await queryRunner.dropTable('audit_entries');
    await queryRunner.dropTable('offboarding_rounds');
    await queryRunner.dropTable('accounts');
  }
}
