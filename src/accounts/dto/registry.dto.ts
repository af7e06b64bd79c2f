import { ApiProperty } from '@nestjs/swagger';

export class TagRuleDto {
  @ApiProperty({ type: [String], example: ['latest'], description: 'The tags that may move' })
  movable: readonly string[];
}

export class RegistryDto {
  @ApiProperty({
    example: 'harbor.example.com',
    description: 'host[:port] without a scheme, as docker login and docker tag want it',
  })
  address: string;

  @ApiProperty({ example: 'https://harbor.example.com' })
  webUrl: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'v2.15.2',
    description: 'Null while it is not known',
  })
  version: string | null;

  @ApiProperty({ example: true })
  reachable: boolean;

  @ApiProperty({ type: Boolean, nullable: true, example: false, description: 'Null while it is not known' })
  readOnly: boolean | null;

  @ApiProperty({ type: TagRuleDto })
  tagRule: TagRuleDto;
}
