import type { AuditRow } from '../../harbor/harbor.types';
import { readAuditRow } from './audit-row';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const NAME = { project: 'user-liuyizhou', repository: 'team/nvidia-pytorch', tag: '24.12-v1.2.2' };
const TAGGED = 'user-liuyizhou/team/nvidia-pytorch:24.12-v1.2.2';

const row = (change: Partial<AuditRow>): AuditRow => ({
  id: 129,
  at: new Date('2026-11-22T10:00:00Z'),
  operation: 'create',
  resourceType: 'artifact',
  resource: TAGGED,
  username: 'liuyizhou',
  description: `push artifact: user-liuyizhou/team/nvidia-pytorch@${DIGEST}`,
  ...change,
});

describe('a row of the audit log', () => {
  it('of a push tells tag, digest, who and when', () => {
    expect(readAuditRow('auditlog-exts', row({}))).toEqual({
      name: NAME,
      change: {
        row: 2 ** 52 + 129,
        at: new Date('2026-11-22T10:00:00Z'),
        who: 'liuyizhou',
        kind: 'pushed',
        digest: DIGEST,
      },
    });
  });

  it('of the log of before 2.13 has no digest, and comes before all of the newer one', () => {
    const read = readAuditRow('audit-logs', row({ description: '' }));
    expect(read).toMatchObject({ name: NAME, change: { row: 129, digest: null } });
  });

  it('of a tag set or taken off by API has no digest', () => {
    const tag = { resourceType: 'tag', description: `create tag: ${TAGGED}` };
    expect(readAuditRow('auditlog-exts', row(tag))).toMatchObject({
      name: NAME,
      change: { kind: 'tagged', digest: null },
    });
    expect(readAuditRow('auditlog-exts', row({ ...tag, operation: 'delete' }))).toMatchObject({
      name: NAME,
      change: { kind: 'deleted', digest: null },
    });
  });

  it('of a deleted artifact without a tag tells its digest', () => {
    const resource = `user-liuyizhou/team/nvidia-pytorch@${DIGEST}`;
    const read = readAuditRow('auditlog-exts', row({ operation: 'delete', resource }));
    expect(read).toMatchObject({ project: NAME.project, repository: NAME.repository, digest: DIGEST });
  });

  it.each<[string, Partial<AuditRow>]>([
    ['a pull', { operation: 'pull' }],
    ['a project', { resourceType: 'project', resource: 'user-liuyizhou' }],
    ['a push by digest', { resource: `user-liuyizhou/team/nvidia-pytorch@${DIGEST}` }],
    ['a signature', { resource: `user-liuyizhou/app:${DIGEST.replace(':', '-')}.sig` }],
    ['a hold of our own', { resource: 'user-liuyizhou/app:berth-hold-1' }],
    ['what is no name', { resource: 'user-liuyizhou' }],
    ['what is no repository', { resource: 'user-liuyizhou/App:v1' }],
    ['what is no tag', { resource: 'user-liuyizhou/app:../v1' }],
  ])('of %s concerns no tag', (_, change) => {
    expect(readAuditRow('auditlog-exts', row(change))).toBeNull();
  });
});
