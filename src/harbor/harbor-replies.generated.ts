// Made from openapi/harbor.yaml by `npm run harbor:types`: change that file, not this one.

export const harborReplies = {
  'get /health': {
    status: 200,
    schema: {
      type: 'object',
      required: ['status', 'components'],
      properties: {
        status: { type: 'string' },
        components: {
          type: 'array',
          items: {
            type: 'object',
            required: ['name', 'status'],
            properties: { name: { type: 'string' }, status: { type: 'string' } },
          },
        },
      },
    },
  },
  'get /systeminfo': {
    status: 200,
    schema: {
      type: 'object',
      required: ['auth_mode'],
      properties: {
        auth_mode: { type: 'string' },
        self_registration: { type: 'boolean' },
        harbor_version: { type: 'string' },
        read_only: { type: 'boolean' },
        project_creation_restriction: { type: 'string' },
        external_url: { type: 'string' },
        current_time: { type: 'string', format: 'date-time' },
      },
    },
  },
  'get /projects': {
    status: 200,
    schema: {
      type: 'array',
      items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
    },
  },
  'post /projects': { status: 201, schema: null },
  'get /projects/{project_name_or_id}': {
    status: 200,
    schema: {
      type: 'object',
      required: ['project_id', 'name', 'owner_id', 'creation_time', 'metadata'],
      properties: {
        project_id: { type: 'integer', minimum: 1 },
        name: { type: 'string' },
        owner_id: { type: 'integer' },
        creation_time: { type: 'string', format: 'date-time' },
        repo_count: { type: 'integer' },
        metadata: {
          type: 'object',
          properties: {
            public: { type: 'string' },
            prevent_vul: { type: 'string' },
            severity: { type: 'string' },
            enable_content_trust: { type: 'string' },
            enable_content_trust_cosign: { type: 'string' },
          },
        },
      },
    },
  },
  'put /projects/{project_name_or_id}': { status: 200, schema: null },
  'delete /projects/{project_name_or_id}': { status: 200, schema: null },
  'get /users': {
    status: 200,
    schema: {
      type: 'array',
      items: {
        type: 'object',
        required: ['user_id', 'username', 'creation_time'],
        properties: {
          user_id: { type: 'integer', minimum: 1 },
          username: { type: 'string' },
          email: { type: 'string' },
          comment: { type: 'string' },
          sysadmin_flag: { type: 'boolean' },
          creation_time: { type: 'string', format: 'date-time' },
        },
      },
    },
  },
  'post /users': { status: 201, schema: null },
  'get /users/current': {
    status: 200,
    schema: {
      type: 'object',
      required: ['user_id', 'username', 'creation_time'],
      properties: {
        user_id: { type: 'integer', minimum: 1 },
        username: { type: 'string' },
        email: { type: 'string' },
        comment: { type: 'string' },
        sysadmin_flag: { type: 'boolean' },
        creation_time: { type: 'string', format: 'date-time' },
      },
    },
  },
  'get /users/{user_id}': {
    status: 200,
    schema: {
      type: 'object',
      required: ['user_id', 'username', 'creation_time'],
      properties: {
        user_id: { type: 'integer', minimum: 1 },
        username: { type: 'string' },
        email: { type: 'string' },
        comment: { type: 'string' },
        sysadmin_flag: { type: 'boolean' },
        creation_time: { type: 'string', format: 'date-time' },
      },
    },
  },
  'delete /users/{user_id}': { status: 200, schema: null },
  'put /users/{user_id}/password': { status: 200, schema: null },
  'get /projects/{project_name_or_id}/members': {
    status: 200,
    schema: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'entity_id', 'entity_name', 'entity_type', 'role_id'],
        properties: {
          id: { type: 'integer', minimum: 1 },
          entity_id: { type: 'integer' },
          entity_name: { type: 'string' },
          entity_type: { type: 'string', enum: ['u', 'g'] },
          role_id: { type: 'integer' },
        },
      },
    },
  },
  'post /projects/{project_name_or_id}/members': { status: 201, schema: null },
  'put /projects/{project_name_or_id}/members/{member_id}': { status: 200, schema: null },
  'delete /projects/{project_name_or_id}/members/{member_id}': { status: 200, schema: null },
  'get /projects/{project_name_or_id}/immutabletagrules': {
    status: 200,
    schema: {
      type: 'array',
      items: {
        allOf: [
          {
            type: 'object',
            properties: {
              id: { type: 'integer' },
              disabled: { type: 'boolean' },
              priority: { type: 'integer' },
              action: { type: 'string' },
              template: { type: 'string' },
              tag_selectors: {
                type: ['array', 'null'],
                items: {
                  type: 'object',
                  properties: {
                    kind: { type: 'string' },
                    decoration: { type: 'string' },
                    pattern: { type: 'string' },
                  },
                },
              },
              scope_selectors: {
                type: ['object', 'null'],
                additionalProperties: {
                  type: ['array', 'null'],
                  items: {
                    type: 'object',
                    properties: {
                      kind: { type: 'string' },
                      decoration: { type: 'string' },
                      pattern: { type: 'string' },
                    },
                  },
                },
              },
            },
          },
          { type: 'object', required: ['id'], properties: { id: { type: 'integer', minimum: 1 } } },
        ],
      },
    },
  },
  'post /projects/{project_name_or_id}/immutabletagrules': { status: 201, schema: null },
  'put /projects/{project_name_or_id}/immutabletagrules/{immutable_rule_id}': { status: 200, schema: null },
  'delete /projects/{project_name_or_id}/immutabletagrules/{immutable_rule_id}': {
    status: 200,
    schema: null,
  },
  'get /quotas': {
    status: 200,
    schema: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'ref', 'hard', 'used'],
        properties: {
          id: { type: 'integer', minimum: 1 },
          ref: { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } },
          hard: {
            type: 'object',
            required: ['storage'],
            properties: { storage: { type: 'integer', minimum: -1 } },
          },
          used: { type: 'object', required: ['storage'], properties: { storage: { type: 'integer' } } },
        },
      },
    },
  },
  'put /quotas/{id}': { status: 200, schema: null },
  'get /projects/{project_name}/repositories': {
    status: 200,
    schema: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'name', 'project_id', 'creation_time', 'update_time'],
        properties: {
          id: { type: 'integer', minimum: 1 },
          name: { type: 'string' },
          project_id: { type: 'integer', minimum: 1 },
          artifact_count: { type: 'integer' },
          pull_count: { type: 'integer' },
          creation_time: { type: 'string', format: 'date-time' },
          update_time: { type: 'string', format: 'date-time' },
        },
      },
    },
  },
  'get /projects/{project_name}/repositories/{repository_name}': {
    status: 200,
    schema: {
      type: 'object',
      required: ['id', 'name', 'project_id', 'creation_time', 'update_time'],
      properties: {
        id: { type: 'integer', minimum: 1 },
        name: { type: 'string' },
        project_id: { type: 'integer', minimum: 1 },
        artifact_count: { type: 'integer' },
        pull_count: { type: 'integer' },
        creation_time: { type: 'string', format: 'date-time' },
        update_time: { type: 'string', format: 'date-time' },
      },
    },
  },
  'delete /projects/{project_name}/repositories/{repository_name}': { status: 200, schema: null },
  'get /projects/{project_name}/artifacts': {
    status: 200,
    schema: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'digest', 'type', 'manifest_media_type', 'project_id', 'repository_id', 'push_time'],
        properties: {
          id: { type: 'integer', minimum: 1 },
          digest: { type: 'string', pattern: '^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$' },
          type: { type: 'string' },
          manifest_media_type: { type: 'string' },
          artifact_type: { type: 'string' },
          project_id: { type: 'integer', minimum: 1 },
          repository_id: { type: 'integer', minimum: 1 },
          repository_name: { type: 'string' },
          size: { type: 'integer' },
          push_time: { type: 'string', format: 'date-time' },
          pull_time: { type: 'string', format: 'date-time' },
          tags: {
            type: ['array', 'null'],
            items: {
              type: 'object',
              required: ['id', 'name', 'push_time'],
              properties: {
                id: { type: 'integer', minimum: 1 },
                name: { type: 'string' },
                push_time: { type: 'string', format: 'date-time' },
                pull_time: { type: 'string', format: 'date-time' },
                immutable: { type: 'boolean' },
              },
            },
          },
          extra_attrs: { type: ['object', 'null'], additionalProperties: {} },
          annotations: { type: ['object', 'null'], additionalProperties: {} },
          accessories: {
            type: ['array', 'null'],
            items: {
              type: 'object',
              required: ['id', 'digest', 'type', 'creation_time'],
              properties: {
                id: { type: 'integer', minimum: 1 },
                digest: { type: 'string', pattern: '^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$' },
                type: { type: 'string' },
                size: { type: 'integer' },
                creation_time: { type: 'string', format: 'date-time' },
              },
            },
          },
          scan_overview: {
            type: ['object', 'null'],
            additionalProperties: {
              type: 'object',
              properties: {
                scan_status: { type: 'string' },
                severity: { type: 'string' },
                end_time: { type: 'string', format: 'date-time' },
                summary: {
                  type: ['object', 'null'],
                  properties: {
                    total: { type: 'integer' },
                    fixable: { type: 'integer' },
                    summary: { type: ['object', 'null'], additionalProperties: { type: 'integer' } },
                  },
                },
              },
            },
          },
          references: {
            type: ['array', 'null'],
            items: {
              type: 'object',
              required: ['child_digest'],
              properties: {
                child_digest: { type: 'string', pattern: '^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$' },
                platform: {
                  type: ['object', 'null'],
                  properties: {
                    os: { type: 'string' },
                    architecture: { type: 'string' },
                    variant: { type: 'string' },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
  'get /projects/{project_name}/repositories/{repository_name}/artifacts': {
    status: 200,
    schema: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'digest', 'type', 'manifest_media_type', 'project_id', 'repository_id', 'push_time'],
        properties: {
          id: { type: 'integer', minimum: 1 },
          digest: { type: 'string', pattern: '^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$' },
          type: { type: 'string' },
          manifest_media_type: { type: 'string' },
          artifact_type: { type: 'string' },
          project_id: { type: 'integer', minimum: 1 },
          repository_id: { type: 'integer', minimum: 1 },
          repository_name: { type: 'string' },
          size: { type: 'integer' },
          push_time: { type: 'string', format: 'date-time' },
          pull_time: { type: 'string', format: 'date-time' },
          tags: {
            type: ['array', 'null'],
            items: {
              type: 'object',
              required: ['id', 'name', 'push_time'],
              properties: {
                id: { type: 'integer', minimum: 1 },
                name: { type: 'string' },
                push_time: { type: 'string', format: 'date-time' },
                pull_time: { type: 'string', format: 'date-time' },
                immutable: { type: 'boolean' },
              },
            },
          },
          extra_attrs: { type: ['object', 'null'], additionalProperties: {} },
          annotations: { type: ['object', 'null'], additionalProperties: {} },
          accessories: {
            type: ['array', 'null'],
            items: {
              type: 'object',
              required: ['id', 'digest', 'type', 'creation_time'],
              properties: {
                id: { type: 'integer', minimum: 1 },
                digest: { type: 'string', pattern: '^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$' },
                type: { type: 'string' },
                size: { type: 'integer' },
                creation_time: { type: 'string', format: 'date-time' },
              },
            },
          },
          scan_overview: {
            type: ['object', 'null'],
            additionalProperties: {
              type: 'object',
              properties: {
                scan_status: { type: 'string' },
                severity: { type: 'string' },
                end_time: { type: 'string', format: 'date-time' },
                summary: {
                  type: ['object', 'null'],
                  properties: {
                    total: { type: 'integer' },
                    fixable: { type: 'integer' },
                    summary: { type: ['object', 'null'], additionalProperties: { type: 'integer' } },
                  },
                },
              },
            },
          },
          references: {
            type: ['array', 'null'],
            items: {
              type: 'object',
              required: ['child_digest'],
              properties: {
                child_digest: { type: 'string', pattern: '^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$' },
                platform: {
                  type: ['object', 'null'],
                  properties: {
                    os: { type: 'string' },
                    architecture: { type: 'string' },
                    variant: { type: 'string' },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
  'get /projects/{project_name}/repositories/{repository_name}/artifacts/{reference}': {
    status: 200,
    schema: {
      type: 'object',
      required: ['id', 'digest', 'type', 'manifest_media_type', 'project_id', 'repository_id', 'push_time'],
      properties: {
        id: { type: 'integer', minimum: 1 },
        digest: { type: 'string', pattern: '^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$' },
        type: { type: 'string' },
        manifest_media_type: { type: 'string' },
        artifact_type: { type: 'string' },
        project_id: { type: 'integer', minimum: 1 },
        repository_id: { type: 'integer', minimum: 1 },
        repository_name: { type: 'string' },
        size: { type: 'integer' },
        push_time: { type: 'string', format: 'date-time' },
        pull_time: { type: 'string', format: 'date-time' },
        tags: {
          type: ['array', 'null'],
          items: {
            type: 'object',
            required: ['id', 'name', 'push_time'],
            properties: {
              id: { type: 'integer', minimum: 1 },
              name: { type: 'string' },
              push_time: { type: 'string', format: 'date-time' },
              pull_time: { type: 'string', format: 'date-time' },
              immutable: { type: 'boolean' },
            },
          },
        },
        extra_attrs: { type: ['object', 'null'], additionalProperties: {} },
        annotations: { type: ['object', 'null'], additionalProperties: {} },
        accessories: {
          type: ['array', 'null'],
          items: {
            type: 'object',
            required: ['id', 'digest', 'type', 'creation_time'],
            properties: {
              id: { type: 'integer', minimum: 1 },
              digest: { type: 'string', pattern: '^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$' },
              type: { type: 'string' },
              size: { type: 'integer' },
              creation_time: { type: 'string', format: 'date-time' },
            },
          },
        },
        scan_overview: {
          type: ['object', 'null'],
          additionalProperties: {
            type: 'object',
            properties: {
              scan_status: { type: 'string' },
              severity: { type: 'string' },
              end_time: { type: 'string', format: 'date-time' },
              summary: {
                type: ['object', 'null'],
                properties: {
                  total: { type: 'integer' },
                  fixable: { type: 'integer' },
                  summary: { type: ['object', 'null'], additionalProperties: { type: 'integer' } },
                },
              },
            },
          },
        },
        references: {
          type: ['array', 'null'],
          items: {
            type: 'object',
            required: ['child_digest'],
            properties: {
              child_digest: { type: 'string', pattern: '^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$' },
              platform: {
                type: ['object', 'null'],
                properties: {
                  os: { type: 'string' },
                  architecture: { type: 'string' },
                  variant: { type: 'string' },
                },
              },
            },
          },
        },
      },
    },
  },
  'delete /projects/{project_name}/repositories/{repository_name}/artifacts/{reference}': {
    status: 200,
    schema: null,
  },
  'get /projects/{project_name}/repositories/{repository_name}/artifacts/{reference}/tags': {
    status: 200,
    schema: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'name', 'push_time'],
        properties: {
          id: { type: 'integer', minimum: 1 },
          name: { type: 'string' },
          push_time: { type: 'string', format: 'date-time' },
          pull_time: { type: 'string', format: 'date-time' },
          immutable: { type: 'boolean' },
        },
      },
    },
  },
  'post /projects/{project_name}/repositories/{repository_name}/artifacts/{reference}/tags': {
    status: 201,
    schema: null,
  },
  'delete /projects/{project_name}/repositories/{repository_name}/artifacts/{reference}/tags/{tag_name}': {
    status: 200,
    schema: null,
  },
  'get /projects/{project_name}/repositories/{repository_name}/artifacts/{reference}/accessories': {
    status: 200,
    schema: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'digest', 'type', 'creation_time'],
        properties: {
          id: { type: 'integer', minimum: 1 },
          digest: { type: 'string', pattern: '^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$' },
          type: { type: 'string' },
          size: { type: 'integer' },
          creation_time: { type: 'string', format: 'date-time' },
        },
      },
    },
  },
  'get /projects/{project_name_or_id}/webhook/policies': {
    status: 200,
    schema: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'name'],
        properties: {
          id: { type: 'integer', minimum: 1 },
          name: { type: 'string' },
          enabled: { type: 'boolean' },
          event_types: { type: ['array', 'null'], items: { type: 'string' } },
          targets: {
            type: ['array', 'null'],
            items: {
              type: 'object',
              properties: {
                type: { type: 'string' },
                address: { type: 'string' },
                auth_header: { type: 'string' },
                skip_cert_verify: { type: 'boolean' },
                payload_format: { type: 'string' },
              },
            },
          },
        },
      },
    },
  },
  'post /projects/{project_name_or_id}/webhook/policies': { status: 201, schema: null },
  'delete /projects/{project_name_or_id}/webhook/policies/{webhook_policy_id}': { status: 200, schema: null },
  'get /robots': {
    status: 200,
    schema: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'name', 'level', 'creation_time'],
        properties: {
          id: { type: 'integer', minimum: 1 },
          name: { type: 'string' },
          description: { type: 'string' },
          level: { type: 'string', enum: ['system', 'project'] },
          disable: { type: 'boolean' },
          expires_at: { type: 'integer' },
          creation_time: { type: 'string', format: 'date-time' },
          permissions: {
            type: ['array', 'null'],
            items: {
              type: 'object',
              required: ['kind', 'namespace', 'access'],
              properties: {
                kind: { type: 'string', enum: ['system', 'project'] },
                namespace: { type: 'string' },
                access: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['resource', 'action'],
                    properties: { resource: { type: 'string' }, action: { type: 'string' } },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
  'post /robots': {
    status: 201,
    schema: {
      type: 'object',
      required: ['id', 'name', 'secret', 'expires_at'],
      properties: {
        id: { type: 'integer', minimum: 1 },
        name: { type: 'string' },
        secret: { type: 'string', minLength: 1 },
        expires_at: { type: 'integer' },
      },
    },
  },
  'delete /robots/{robot_id}': { status: 200, schema: null },
  'get /auditlog-exts': {
    status: 200,
    schema: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'op_time', 'operation', 'resource_type', 'resource'],
        properties: {
          id: { type: 'integer', minimum: 1 },
          op_time: { type: 'string', format: 'date-time' },
          operation: { type: 'string' },
          resource_type: { type: 'string' },
          resource: { type: 'string' },
          username: { type: 'string' },
          operation_description: { type: 'string' },
        },
      },
    },
  },
  'get /audit-logs': {
    status: 200,
    schema: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'op_time', 'operation', 'resource_type', 'resource'],
        properties: {
          id: { type: 'integer', minimum: 1 },
          op_time: { type: 'string', format: 'date-time' },
          operation: { type: 'string' },
          resource_type: { type: 'string' },
          resource: { type: 'string' },
          username: { type: 'string' },
          operation_description: { type: 'string' },
        },
      },
    },
  },
} as const;

/** The body of every refusal of Harbor. */
export const harborErrors = {
  type: 'object',
  required: ['errors'],
  properties: {
    errors: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['code', 'message'],
        properties: { code: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
} as const;
