import { randomUUID } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Database } from './database';
import type { Project, WebhookPolicy, WebhookTarget } from './model';

export type EventType =
  'PUSH_ARTIFACT' | 'PULL_ARTIFACT' | 'DELETE_ARTIFACT' | 'QUOTA_EXCEED' | 'QUOTA_WARNING';

export interface HarborEvent {
  type: EventType;
  project: Project;
  /** With the project. */
  repositoryName: string;
  operator: string;
  requestId: string;
  /** `tag` is the digest itself for what has none. */
  resource?: { digest: string; tag: string };
  /** Seconds since 1970; only a push says when its repository began. */
  repositoryCreatedAt?: number;
  details?: string;
}

const CLOUD_EVENT_TYPES: Record<EventType, string> = {
  PUSH_ARTIFACT: 'harbor.artifact.pushed',
  PULL_ARTIFACT: 'harbor.artifact.pulled',
  DELETE_ARTIFACT: 'harbor.artifact.deleted',
  QUOTA_EXCEED: 'harbor.quota.exceeded',
  QUOTA_WARNING: 'harbor.quota.warned',
};

/** A receiver slower than this is tried again. */
const TIMEOUT_MS = 3_000;

/** Delivers events to the enabled policies of a project: after the reply, three attempts, then lost. */
export class Webhooks {
  private readonly timers = new Set<NodeJS.Timeout>();

  /** `delaysMs`: before the first attempt and before each further one (seen: 0.4, 68 and 119 s). */
  constructor(
    private readonly database: Database,
    private readonly settings: { address: string },
    private readonly delaysMs: readonly number[],
  ) {}

  fire(event: HarborEvent): void {
    if (this.database.configuration.notification_enable !== true) return;
    const policies = this.database.webhookPolicies.filter(
      (policy) =>
        policy.isEnabled && policy.projectId === event.project.id && policy.eventTypes.includes(event.type),
    );
    for (const policy of policies) {
      for (const target of policy.targets) this.attempt(this.messageOf(event, policy, target), target, 0);
    }
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private attempt(message: Message, target: WebhookTarget, tried: number): void {
    const delayMs = this.delaysMs[tried];
    if (delayMs === undefined) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void send(message, target).then((isTaken) => {
        if (!isTaken) this.attempt(message, target, tried + 1);
      });
    }, delayMs);
    timer.unref();
    this.timers.add(timer);
  }

  private messageOf(event: HarborEvent, policy: WebhookPolicy, target: WebhookTarget): Message {
    const isCloudEvent = target.payload_format === 'CloudEvents';
    const seconds = Math.floor(Date.now() / 1000);
    const content = this.contentOf(event);
    const body = isCloudEvent
      ? {
          specversion: '1.0',
          id: randomUUID(),
          source: `/projects/${policy.projectId}/webhook/policies/${policy.id}`,
          type: CLOUD_EVENT_TYPES[event.type],
          datacontenttype: 'application/json',
          time: `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`,
          data: content,
          operator: event.operator,
          requestid: event.requestId,
        }
      : { type: event.type, occur_at: seconds, operator: event.operator, event_data: content };
    return {
      contentType: isCloudEvent ? 'application/cloudevents+json' : 'application/json',
      body: JSON.stringify(body),
    };
  }

  private contentOf({
    resource,
    project,
    repositoryName,
    repositoryCreatedAt,
    details,
  }: HarborEvent): unknown {
    const separator = resource?.tag.includes(':') ? '@' : ':';
    return {
      ...(resource
        ? {
            resources: [
              {
                ...resource,
                resource_url: `${this.settings.address}/${repositoryName}${separator}${resource.tag}`,
              },
            ],
          }
        : {}),
      repository: {
        ...(repositoryCreatedAt === undefined ? {} : { date_created: repositoryCreatedAt }),
        name: repositoryName.slice(project.name.length + 1),
        namespace: project.name,
        repo_full_name: repositoryName,
        repo_type: project.metadata.public === 'true' ? 'public' : 'private',
      },
      ...(details === undefined ? {} : { custom_attributes: { Details: details } }),
    };
  }
}

interface Message {
  contentType: string;
  body: string;
}

/** True for a 2xx; a redirect is followed, ten times at most. */
function send(message: Message, target: WebhookTarget, address = target.address, hops = 0): Promise<boolean> {
  return new Promise((resolve) => {
    const url = URL.canParse(address) ? new URL(address) : null;
    if (!url || hops > 10) {
      resolve(false);
      return;
    }
    const call = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = call(
      url,
      {
        method: 'POST',
        headers: {
          'user-agent': 'Go-http-client/1.1',
          'content-type': message.contentType,
          'content-length': Buffer.byteLength(message.body),
          ...(target.auth_header ? { authorization: target.auth_header } : {}),
        },
        rejectUnauthorized: !target.skip_cert_verify,
        timeout: TIMEOUT_MS,
      },
      (response) => {
        response.resume();
        const status = response.statusCode ?? 0;
        const { location } = response.headers;
        if (status >= 300 && status < 400 && location && URL.canParse(location, url.href)) {
          resolve(send(message, target, new URL(location, url).href, hops + 1));
        } else resolve(status >= 200 && status < 300);
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
    request.end(message.body);
  });
}
