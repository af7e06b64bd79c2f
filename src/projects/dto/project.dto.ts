import { ApiProperty } from '@nestjs/swagger';
import { messageFor, type Language } from '../../common/messages';
import type { ProjectRole } from '../../harbor/harbor.types';
import type { TagRuleState } from '../immutable-rules/immutable-rule';
import type { ProjectView } from '../project-overview.service';
import type { ProjectProblem } from '../project-problems';
import type { ProjectKind, Visibility } from '../project.entity';
import { TAG_POLICIES, type TagPolicy } from '../tag-policy';

export class ProjectQuotaDto {
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 3_221_225_472,
    description: 'Bytes; what images share counts once. Null in lists, and while it is not known',
  })
  usedBytes: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 42_949_672_960, description: 'Null: no limit' })
  limitBytes: number | null;
}

export class ProjectTagRuleDto {
  @ApiProperty({
    enum: ['on', 'off', 'changed', 'unknown'],
    example: 'on',
    description: 'Whether only latest can move; unknown in lists, which do not ask the registry',
  })
  state: TagRuleState | 'unknown';

  @ApiProperty({ enum: TAG_POLICIES, example: 'pin', description: 'What happens when a tag was moved' })
  policy: TagPolicy;
}

export class ProjectProblemDto {
  @ApiProperty({ example: 'project.problem.tag-rule-off' })
  code: string;

  @ApiProperty({ example: 'The tag rule is off' })
  title: string;

  @ApiProperty({ description: 'What to do about it' })
  detail: string;
}

export class ProjectDto {
  @ApiProperty({ example: 'user-liuyizhou' })
  name: string;

  @ApiProperty({ enum: ['personal', 'shared'], example: 'personal' })
  kind: ProjectKind;

  @ApiProperty({ enum: ['private', 'public'], example: 'private', description: 'As it should be' })
  visibility: Visibility;

  @ApiProperty({ example: '' })
  description: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'liuyizhou',
    description: 'Of a personal project; null for a shared one',
  })
  owner: string | null;

  @ApiProperty({
    enum: ['admin', 'maintainer', 'developer', 'guest', 'limited-guest'],
    nullable: true,
    example: 'admin',
    description: 'In the registry, asked now; in lists as last seen. Null: no member',
  })
  myRole: ProjectRole | null;

  @ApiProperty({ type: ProjectQuotaDto })
  quota: ProjectQuotaDto;

  @ApiProperty({ type: ProjectTagRuleDto })
  tagRule: ProjectTagRuleDto;

  @ApiProperty({ type: [ProjectProblemDto], description: 'What differs from what should be' })
  problems: ProjectProblemDto[];

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  createdAt: Date;
}

export function toProjectDto(view: ProjectView, language: Language): ProjectDto {
  const { project, owner, myRole, usedBytes, limitBytes, tagRule, tagPolicy, problems } = view;
  const { name, kind, visibility, description, createdAt } = project;
  return {
    name,
    kind,
    visibility,
    description,
    owner,
    myRole,
    quota: { usedBytes, limitBytes },
    tagRule: { state: tagRule, policy: tagPolicy },
    problems: problems.map((problem) => toProjectProblemDto(problem, language)),
    createdAt,
  };
}

export function toProjectProblemDto({ code, params }: ProjectProblem, language: Language): ProjectProblemDto {
  return { code, ...messageFor(code, params, language) };
}
