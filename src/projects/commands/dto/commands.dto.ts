import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { messageFor, type Language } from '../../../common/messages';
import { COMMAND_CLIENTS, type CommandClient, type CommandStep } from '../commands';

export class CommandsQueryDto {
  @ApiProperty({
    enum: COMMAND_CLIENTS,
    example: 'docker',
    description: 'The tool, or where the pipeline runs',
  })
  @IsIn(COMMAND_CLIENTS, { message: 'field.one-of', context: { choices: COMMAND_CLIENTS.join(', ') } })
  client: CommandClient;
}

export class CommandStepDto {
  @ApiProperty({ example: 'commands.push', description: 'Stable, for programs' })
  code: string;

  @ApiProperty({ example: 'Push', description: 'In the language of Accept-Language' })
  title: string;

  @ApiProperty({ description: 'What to know before pasting it' })
  note: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'The file that the lines belong in, such as .gitlab-ci.yml; null: a terminal, or a form',
  })
  file: string | null;

  @ApiProperty({ type: [String], example: ['docker push harbor.example.com/user-liuyizhou/demo:v1'] })
  lines: string[];
}

export class CommandsDto {
  @ApiProperty({ example: 'harbor.example.com' })
  address: string;

  @ApiProperty({ example: 'user-liuyizhou' })
  project: string;

  @ApiProperty({ enum: COMMAND_CLIENTS, example: 'docker' })
  client: CommandClient;

  @ApiProperty({ type: [CommandStepDto], description: 'In the order to do them' })
  steps: CommandStepDto[];
}

export function toCommandsDto(
  found: { address: string; project: string; client: CommandClient; steps: CommandStep[] },
  language: Language,
): CommandsDto {
  const { address, project, client, steps } = found;
  return {
    address,
    project,
    client,
    steps: steps.map(({ code, file, lines }) => {
      const { title, detail } = messageFor(code, { project }, language);
      return { code, title, note: detail, file, lines };
    }),
  };
}
