import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length, Matches } from 'class-validator';
import type { MessageCode, MessageParams } from '../../../common/messages.en';
import { Cursor, PageQuery, type Page } from '../../../common/paging';
import { SearchWords } from '../../../common/search-words.decorator';
import type { ArtifactKind } from '../../../harbor/harbor.types';
import type { TagState } from '../../../tag-rule/tag-rule';
import { IMAGE_SCOPES, type ImageQuery, type ImageScope } from '../image-lists';
import { IMAGE_SORTS, orderOf, type ImageSort, type Position } from '../list-order';
import type { ImageDto } from '../../dto/image.dto';

const KINDS: readonly ArtifactKind[] = ['image', 'index', 'helm-chart', 'other'];
const STATES: readonly TagState[] = ['as-recorded', 'moved', 'current', 'gone', 'unknown'];

function text(max: number): { message: MessageCode; context: MessageParams } {
  return { message: 'field.text', context: { min: 1, max } };
}

function oneOf(choices: readonly string[]): { message: MessageCode; context: MessageParams } {
  return { message: 'field.one-of', context: { choices: choices.join(', ') } };
}

export const LIST_DESCRIPTION =
  'scope says whose: mine; shared (with me or a group of mine, by others); public; available (all of these, for a ' +
  'new job: without what is not public of people who left); all (for admins). Filters and q must all fit. With ' +
  'count=true, total counts at most 10,000 images; where there are more, totalIsExact is false and total is the ' +
  'least there can be.';

export const TOTAL_IS_EXACT = {
  totalIsExact: {
    type: 'boolean' as const,
    description: 'Only with count=true. False: there are at least total.',
  },
};

export type ImagePageDto = Page<ImageDto> & { totalIsExact?: boolean };

export class ListImagesDto extends PageQuery implements ImageQuery {
  @ApiPropertyOptional({ enum: IMAGE_SCOPES, default: 'mine' })
  @IsIn(IMAGE_SCOPES, oneOf(IMAGE_SCOPES))
  scope: ImageScope = 'mine';

  @ApiPropertyOptional({
    enum: IMAGE_SORTS,
    default: 'newest',
    description: 'lastUsed and largest: most first',
  })
  @IsIn(IMAGE_SORTS, oneOf(IMAGE_SORTS))
  sort: ImageSort = 'newest';

  @ApiPropertyOptional({ example: 'pytorch', description: 'One of GET /images/task-types' })
  @IsOptional()
  @IsString(text(64))
  taskType?: string;

  @ApiPropertyOptional({ example: 'user-liuyizhou' })
  @IsOptional()
  @IsString(text(255))
  project?: string;

  @ApiPropertyOptional({ example: 'linux/amd64', description: 'os/architecture[/variant]' })
  @IsOptional()
  @Matches(/^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9]+)?$/, { message: 'field.platform' })
  platform?: string;

  @ApiPropertyOptional({ enum: KINDS })
  @IsOptional()
  @IsIn(KINDS, oneOf(KINDS))
  kind?: ArtifactKind;

  @ApiPropertyOptional({
    enum: STATES,
    description:
      'Leaves out what is not told to me, for I may not run it or that is not known yet; so a page can have fewer ' +
      'than limit, and total can count more',
  })
  @IsOptional()
  @IsIn(STATES, oneOf(STATES))
  state?: TagState;

  @ApiPropertyOptional({
    example: '大模型',
    description: 'A label that it has; case and width do not matter',
  })
  @IsOptional()
  @IsString(text(40))
  @Length(1, 40, text(40))
  label?: string;

  @ApiPropertyOptional({ example: 'liuyizhou', description: 'The username of whoever imported it' })
  @IsOptional()
  @IsString(text(256))
  @Length(1, 256, text(256))
  owner?: string;

  @ApiPropertyOptional({
    example: 'pytorch 24.12',
    description:
      'Words, all of which are in description, repository, tag or labels; case and width do not matter, and the ' +
      'last word may be the beginning of one. Chinese needs no spaces. Empty: no search',
  })
  @SearchWords()
  q?: string;
}

const BY_AGE = { id: 'string' } as const;
const BY_TEXT = { key: 'string', id: 'string' } as const;
const BY_NUMBER = { key: 'number', id: 'string' } as const;

export function encodePosition(sort: ImageSort, { key, imageId: id }: Position): string {
  const list = listName(sort);
  if (typeof key === 'string') return new Cursor(list, BY_TEXT).encode({ key, id });
  if (typeof key === 'number') return new Cursor(list, BY_NUMBER).encode({ key, id });
  return new Cursor(list, BY_AGE).encode({ id });
}

/** Null for the first page. @throws DomainError malformed `request.malformed` for a cursor of another sort */
export function decodePosition(sort: ImageSort, cursor: string | undefined): Position | null {
  const read = keyOf(sort, cursor);
  return read === null ? null : { key: read.key ?? null, imageId: read.id };
}

function keyOf(sort: ImageSort, cursor: string | undefined): { key?: string | number; id: string } | null {
  const list = listName(sort);
  const { column } = orderOf(sort);
  if (column === null) return new Cursor(list, BY_AGE).decode(cursor);
  return column === 'title'
    ? new Cursor(list, BY_TEXT).decode(cursor)
    : new Cursor(list, BY_NUMBER).decode(cursor);
}

function listName(sort: ImageSort): string {
  return `images-${sort}`;
}
