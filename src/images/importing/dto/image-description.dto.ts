import { ApiProperty } from '@nestjs/swagger';
import type { Framework, ImageDescription } from '../image-description';

export class FrameworkDto implements Framework {
  @ApiProperty({ enum: ['pytorch', 'tensorflow', 'jax', 'ray', 'deepspeed'], example: 'pytorch' })
  name: Framework['name'];

  @ApiProperty({ example: '2.6.0a0+df5bbc0' })
  version: string;
}

/** Of an index, what the image for the nodes' platform says. Whoever made the image wrote all of this. */
export class ImageDescriptionDto implements ImageDescription {
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-11-20T08:12:45.000Z',
    description: 'Null where it does not say',
  })
  builtAt: string | null;

  @ApiProperty({ type: [String], example: ['/opt/nvidia/nvidia_entrypoint.sh'] })
  entryPoint: string[];

  @ApiProperty({
    type: [String],
    example: [],
    description: 'The arguments, or what runs without entry point',
  })
  command: string[];

  @ApiProperty({ type: [String], example: ['6006/tcp', '8888/tcp'] })
  exposedPorts: string[];

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { 'org.opencontainers.image.ref.name': 'ubuntu', 'org.opencontainers.image.version': '24.04' },
    description: 'OCI annotations and the labels of the config, at most 16, long ones cut',
  })
  annotations: Record<string, string>;

  @ApiProperty({ type: String, nullable: true, example: '12.6.3.004', description: 'Null where not seen' })
  cudaVersion: string | null;

  @ApiProperty({ type: String, nullable: true, example: '3.12', description: 'Null where not seen' })
  pythonVersion: string | null;

  @ApiProperty({ type: [FrameworkDto], description: 'Those that can be seen' })
  frameworks: FrameworkDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'pytorch',
    description: 'One of GET /images/task-types; null where nothing tells',
  })
  suggestedTaskType: string | null;
}
