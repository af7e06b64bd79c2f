import { ApiProperty } from '@nestjs/swagger';
import type { Language } from '../../common/messages';
import { taskTypeLabel } from '../task-type';

export class TaskTypeDto {
  @ApiProperty({ example: 'pytorch' })
  id: string;

  @ApiProperty({ example: 'PyTorch' })
  label: string;
}

export function toTaskTypeDto(id: string, language: Language): TaskTypeDto {
  return { id, label: taskTypeLabel(id, language) };
}
