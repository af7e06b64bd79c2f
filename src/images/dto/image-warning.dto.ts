import { ApiProperty } from '@nestjs/swagger';
import { messageFor, type Language } from '../../common/messages';
import type { ImageWarning } from '../image-warnings';

export class ImageWarningDto {
  @ApiProperty({ example: 'image.warning.platform' })
  code: string;

  @ApiProperty({ example: 'The image does not run on the nodes here' })
  title: string;

  @ApiProperty({
    example: 'The image has linux/arm64, the nodes are linux/amd64. A job there fails to start.',
  })
  detail: string;
}

export function toImageWarningDto({ code, params }: ImageWarning, language: Language): ImageWarningDto {
  return { code, ...messageFor(code, params, language) };
}
