import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean } from 'class-validator';
import type { Removal } from '../removal.service';

export class RemovalQuery {
  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description: 'Only say what would be deleted, or why not, and how many others imported it',
  })
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean({ message: 'field.flag' })
  dryRun: boolean = false;
}

export class RemovalDto {
  @ApiProperty({ example: true, description: 'False when there was nothing to delete, and in a dry run' })
  deleted: boolean;

  @ApiProperty({
    example: true,
    description: 'The image went too (or would), because no other tag holds it: its space is free at once',
  })
  artifactDeleted: boolean;

  @ApiProperty({
    type: 'integer',
    example: 3,
    description: 'Other people who have it in their catalog: their images say gone from then on',
  })
  importedByOthers: number;
}

export function toRemovalDto({ deleted, artifactDeleted, importedByOthers }: Removal): RemovalDto {
  return { deleted, artifactDeleted, importedByOthers };
}
