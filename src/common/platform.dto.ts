import { ApiProperty } from '@nestjs/swagger';

export class PlatformDto {
  @ApiProperty({ example: 'linux' })
  os: string;

  @ApiProperty({ example: 'amd64' })
  architecture: string;

  @ApiProperty({ required: false, example: 'v8' })
  variant?: string;

  @ApiProperty({
    example: 'sha256:f04593df4361b09244da63707fe32fa5027668b916a7078d374a2f376ab39b9b',
    description: 'The manifest of this platform alone',
  })
  digest: string;
}
