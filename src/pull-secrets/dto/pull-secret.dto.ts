import { ApiProperty } from '@nestjs/swagger';
import { IsJobId, IsJobLinks, IsJobSeconds, IsUsernameOfJob } from '../../jobs/job-fields';
import { dockerConfigJson, kubernetesSecret, type KubernetesSecret } from '../docker-config';
import type { OpenedBecause } from '../pull-secret.entity';
import type { IssuedPullSecret } from '../pull-secrets.service';

const MIN_SECONDS = 60;
const MAX_SECONDS = 86_400;
const REASONS: readonly OpenedBecause[] = ['theirs', 'public', 'shared'];

export class IssuePullSecretDto {
  @IsUsernameOfJob()
  for: string;

  @IsJobId()
  jobId: string;

  @IsJobLinks()
  links: string[];

  @IsJobSeconds(MIN_SECONDS, MAX_SECONDS, 900, 'How long the secret works, unless the job ends before')
  ttlSeconds: number;
}

export class OpenedProjectDto {
  @ApiProperty({ example: 'user-liuyizhou' })
  project: string;

  @ApiProperty({
    enum: REASONS,
    example: 'theirs',
    description:
      'The person may pull there; everybody may; or an image in it was shared with the person or everybody',
  })
  because: OpenedBecause;
}

export class PullSecretDto {
  @ApiProperty({ format: 'uuid', example: '0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' })
  id: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:45:00.000Z' })
  expiresAt: Date;

  @ApiProperty({ type: [OpenedProjectDto], description: 'Each of them whole' })
  opensProjects: OpenedProjectDto[];

  @ApiProperty({
    example: '{"auths":{"harbor.example.com":{"username":"…","password":"…","auth":"…"}}}',
    description: 'The text of a config.json for docker, podman, skopeo, enroot or containerd',
  })
  dockerConfigJson: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'berth-pull-0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' },
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': '…' },
    },
    description: 'The same as a Secret of Kubernetes, for kubectl apply and imagePullSecrets',
  })
  secret: KubernetesSecret;
}

export function toPullSecretDto(issued: IssuedPullSecret, address: string): PullSecretDto {
  const { id, expiresAt, opens, login } = issued;
  const configJson = dockerConfigJson(address, login);
  return {
    id,
    expiresAt,
    opensProjects: [...opens],
    dockerConfigJson: configJson,
    secret: kubernetesSecret(`berth-pull-${id}`, configJson),
  };
}
