// Made from openapi/harbor.yaml by `npm run harbor:types`: change that file, not this one.
export interface paths {
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["Health"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/systeminfo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Wrong credentials are answered like none, with the anonymous part. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["System"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The projects this login may see; a robot with a right on `*` sees all. */
        get: {
            parameters: {
                query: {
                    q: string;
                    with_detail: boolean;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Of an exact name, one or none */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            name: string;
                        }[];
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        project_name: string;
                        metadata: components["schemas"]["ProjectMetadata"];
                        /** @description Bytes; -1 is unlimited */
                        storage_limit?: number;
                    };
                };
            };
            responses: {
                /** @description Location ends in the id */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Name taken */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_name_or_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_name_or_id: components["parameters"]["Project"];
            };
            cookie?: never;
        };
        /** @description An absent one is 404 for an administrator and 403 for a robot. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_name_or_id: components["parameters"]["Project"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["Project"];
            };
        };
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_name_or_id: components["parameters"]["Project"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        metadata: components["schemas"]["ProjectMetadata"];
                    };
                };
            };
            responses: {
                /** @description Done */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_name_or_id: components["parameters"]["Project"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description It holds repositories */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Leaves out the first administrator (id 1) and deleted users. */
        get: {
            parameters: {
                query: {
                    /** @description Unescaped once more by Harbor */
                    q?: components["parameters"]["q"];
                    page: components["parameters"]["page"];
                    page_size: components["parameters"]["page_size"];
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["Users"];
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        username: string;
                        email: string;
                        realname: string;
                        /** @description At most 30 bytes */
                        comment: string;
                        password: string;
                    };
                };
            };
            responses: {
                /** @description Location ends in the id */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Name or e-mail taken */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description A robot gets 412. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["User"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: components["parameters"]["user_id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["User"];
            };
        };
        put?: never;
        post?: never;
        /** @description One at a time; many in parallel wedge Harbor (goharbor/harbor#23879). */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: components["parameters"]["user_id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{user_id}/password": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: components["parameters"]["user_id"];
            };
            cookie?: never;
        };
        get?: never;
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: components["parameters"]["user_id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        new_password: string;
                    };
                };
            };
            responses: {
                /** @description Changed */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Identical or too weak */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_name_or_id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_name_or_id: components["parameters"]["Project"];
            };
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    page: components["parameters"]["page"];
                    page_size: components["parameters"]["page_size"];
                };
                header?: never;
                path: {
                    project_name_or_id: components["parameters"]["Project"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["Members"];
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_name_or_id: components["parameters"]["Project"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        role_id: number;
                        member_user: {
                            user_id: number;
                        };
                    };
                };
            };
            responses: {
                /** @description Location ends in the id */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Is a member already */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_name_or_id}/members/{member_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_name_or_id: components["parameters"]["Project"];
                member_id: number;
            };
            cookie?: never;
        };
        get?: never;
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_name_or_id: components["parameters"]["Project"];
                    member_id: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        role_id: number;
                    };
                };
            };
            responses: {
                /** @description Done */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_name_or_id: components["parameters"]["Project"];
                    member_id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_name_or_id}/immutabletagrules": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_name_or_id: components["parameters"]["Project"];
            };
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    page: components["parameters"]["page"];
                    page_size: components["parameters"]["page_size"];
                };
                header?: never;
                path: {
                    project_name_or_id: components["parameters"]["Project"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["ImmutableRules"];
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_name_or_id: components["parameters"]["Project"];
                };
                cookie?: never;
            };
            requestBody: components["requestBodies"]["ImmutableRule"];
            responses: {
                /** @description Location ends in the id */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Exactly this rule exists */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_name_or_id}/immutabletagrules/{immutable_rule_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_name_or_id: components["parameters"]["Project"];
                immutable_rule_id: number;
            };
            cookie?: never;
        };
        get?: never;
        /** @description Where `disabled` differs from what is stored, only that is changed. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_name_or_id: components["parameters"]["Project"];
                    immutable_rule_id: number;
                };
                cookie?: never;
            };
            requestBody: components["requestBodies"]["ImmutableRule"];
            responses: {
                /** @description Done */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_name_or_id: components["parameters"]["Project"];
                    immutable_rule_id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    reference: "project";
                    reference_id: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["Quotas"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/quotas/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        hard: {
                            /** @description Bytes; -1 is unlimited */
                            storage: number;
                        };
                    };
                };
            };
            responses: {
                /** @description Done */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_name}/repositories": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_name: components["parameters"]["ProjectName"];
            };
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    /** @description Unescaped once more by Harbor */
                    q?: components["parameters"]["q"];
                    sort?: components["parameters"]["sort"];
                    page: components["parameters"]["page"];
                    page_size: components["parameters"]["page_size"];
                };
                header?: never;
                path: {
                    project_name: components["parameters"]["ProjectName"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["Repositories"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_name}/repositories/{repository_name}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_name: components["parameters"]["ProjectName"];
                /** @description Its slashes encoded twice */
                repository_name: components["parameters"]["Repository"];
            };
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_name: components["parameters"]["ProjectName"];
                    /** @description Its slashes encoded twice */
                    repository_name: components["parameters"]["Repository"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["Repository"];
            };
        };
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_name: components["parameters"]["ProjectName"];
                    /** @description Its slashes encoded twice */
                    repository_name: components["parameters"]["Repository"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A tag in it is immutable */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_name}/artifacts": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_name: components["parameters"]["ProjectName"];
            };
            cookie?: never;
        };
        /** @description Since 2.12; before, 404 for the path itself. */
        get: {
            parameters: {
                query: {
                    /** @description Unescaped once more by Harbor */
                    q?: components["parameters"]["q"];
                    sort?: components["parameters"]["sort"];
                    page: components["parameters"]["page"];
                    page_size: components["parameters"]["page_size"];
                    with_tag: components["parameters"]["with_tag"];
                };
                header?: never;
                path: {
                    project_name: components["parameters"]["ProjectName"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["Artifacts"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_name}/repositories/{repository_name}/artifacts": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_name: components["parameters"]["ProjectName"];
                /** @description Its slashes encoded twice */
                repository_name: components["parameters"]["Repository"];
            };
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    /** @description Unescaped once more by Harbor */
                    q?: components["parameters"]["q"];
                    sort?: components["parameters"]["sort"];
                    page: components["parameters"]["page"];
                    page_size: components["parameters"]["page_size"];
                    with_tag: components["parameters"]["with_tag"];
                    with_accessory?: components["parameters"]["with_accessory"];
                    with_scan_overview?: components["parameters"]["with_scan_overview"];
                };
                header?: never;
                path: {
                    project_name: components["parameters"]["ProjectName"];
                    /** @description Its slashes encoded twice */
                    repository_name: components["parameters"]["Repository"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["Artifacts"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_name}/repositories/{repository_name}/artifacts/{reference}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_name: components["parameters"]["ProjectName"];
                /** @description Its slashes encoded twice */
                repository_name: components["parameters"]["Repository"];
                /** @description A tag or a digest */
                reference: components["parameters"]["Reference"];
            };
            cookie?: never;
        };
        /** @description No pull, no audit row. `with_tag` adds every tag of the digest, without a bound. */
        get: {
            parameters: {
                query: {
                    with_tag: components["parameters"]["with_tag"];
                    with_accessory?: components["parameters"]["with_accessory"];
                    with_scan_overview?: components["parameters"]["with_scan_overview"];
                };
                header?: never;
                path: {
                    project_name: components["parameters"]["ProjectName"];
                    /** @description Its slashes encoded twice */
                    repository_name: components["parameters"]["Repository"];
                    /** @description A tag or a digest */
                    reference: components["parameters"]["Reference"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["Artifact"];
            };
        };
        put?: never;
        post?: never;
        /** @description With all its tags and accessories; 412 when one of the tags is immutable, or an index holds it. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_name: components["parameters"]["ProjectName"];
                    /** @description Its slashes encoded twice */
                    repository_name: components["parameters"]["Repository"];
                    /** @description A tag or a digest */
                    reference: components["parameters"]["Reference"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Deleted */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_name}/repositories/{repository_name}/artifacts/{reference}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_name: components["parameters"]["ProjectName"];
                /** @description Its slashes encoded twice */
                repository_name: components["parameters"]["Repository"];
                /** @description A tag or a digest */
                reference: components["parameters"]["Reference"];
            };
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    page: components["parameters"]["page"];
                    page_size: components["parameters"]["page_size"];
                    with_immutable_status?: boolean;
                };
                header?: never;
                path: {
                    project_name: components["parameters"]["ProjectName"];
                    /** @description Its slashes encoded twice */
                    repository_name: components["parameters"]["Repository"];
                    /** @description A tag or a digest */
                    reference: components["parameters"]["Reference"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["Tags"];
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_name: components["parameters"]["ProjectName"];
                    /** @description Its slashes encoded twice */
                    repository_name: components["parameters"]["Repository"];
                    /** @description A tag or a digest */
                    reference: components["parameters"]["Reference"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        name: string;
                    };
                };
            };
            responses: {
                /** @description Done; no Location */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The tag exists */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_name}/repositories/{repository_name}/artifacts/{reference}/tags/{tag_name}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_name: components["parameters"]["ProjectName"];
                /** @description Its slashes encoded twice */
                repository_name: components["parameters"]["Repository"];
                /** @description A tag or a digest */
                reference: components["parameters"]["Reference"];
                tag_name: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_name: components["parameters"]["ProjectName"];
                    /** @description Its slashes encoded twice */
                    repository_name: components["parameters"]["Repository"];
                    /** @description A tag or a digest */
                    reference: components["parameters"]["Reference"];
                    tag_name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The tag is immutable */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_name}/repositories/{repository_name}/artifacts/{reference}/accessories": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_name: components["parameters"]["ProjectName"];
                /** @description Its slashes encoded twice */
                repository_name: components["parameters"]["Repository"];
                /** @description A tag or a digest */
                reference: components["parameters"]["Reference"];
            };
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    page: components["parameters"]["page"];
                    page_size: components["parameters"]["page_size"];
                };
                header?: never;
                path: {
                    project_name: components["parameters"]["ProjectName"];
                    /** @description Its slashes encoded twice */
                    repository_name: components["parameters"]["Repository"];
                    /** @description A tag or a digest */
                    reference: components["parameters"]["Reference"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["Accessories"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_name_or_id}/webhook/policies": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_name_or_id: components["parameters"]["Project"];
            };
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    page: components["parameters"]["page"];
                    page_size: components["parameters"]["page_size"];
                };
                header?: never;
                path: {
                    project_name_or_id: components["parameters"]["Project"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["WebhookPolicies"];
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_name_or_id: components["parameters"]["Project"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        name: string;
                        enabled: boolean;
                        event_types: string[];
                        targets: components["schemas"]["WebhookTarget"][];
                    };
                };
            };
            responses: {
                /** @description Location ends in the id */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Name taken */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_name_or_id}/webhook/policies/{webhook_policy_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_name_or_id: components["parameters"]["Project"];
                webhook_policy_id: number;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_name_or_id: components["parameters"]["Project"];
                    webhook_policy_id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/robots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    /** @description Unescaped once more by Harbor */
                    q?: components["parameters"]["q"];
                    page: components["parameters"]["page"];
                    page_size: components["parameters"]["page_size"];
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["Robots"];
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        name: string;
                        description?: string;
                        /** @enum {string} */
                        level: "system" | "project";
                        /** @description Days; -1 never ends */
                        duration: number;
                        disable?: boolean;
                        permissions: components["schemas"]["RobotPermission"][];
                    };
                };
            };
            responses: {
                201: components["responses"]["RobotCreated"];
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/robots/{robot_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    robot_id: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auditlog-exts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Since 2.13. Without the permission it is 200 and empty. */
        get: {
            parameters: {
                query: {
                    /** @description Unescaped once more by Harbor */
                    q?: components["parameters"]["q"];
                    sort?: components["parameters"]["sort"];
                    page: components["parameters"]["page"];
                    page_size: components["parameters"]["page_size"];
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["AuditRows"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit-logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The only one up to 2.12; since 2.13 it stays empty. */
        get: {
            parameters: {
                query: {
                    /** @description Unescaped once more by Harbor */
                    q?: components["parameters"]["q"];
                    sort?: components["parameters"]["sort"];
                    page: components["parameters"]["page"];
                    page_size: components["parameters"]["page_size"];
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: components["responses"]["AuditRows"];
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Id: number;
        /**
         * Format: date-time
         * @description Year 1 means never
         */
        Time: string;
        Digest: string;
        Errors: {
            errors: {
                code: string;
                message: string;
            }[];
        };
        Health: {
            status: string;
            components: {
                name: string;
                status: string;
            }[];
        };
        System: {
            auth_mode: string;
            self_registration?: boolean;
            harbor_version?: string;
            read_only?: boolean;
            project_creation_restriction?: string;
            external_url?: string;
            current_time?: components["schemas"]["Time"];
        };
        ProjectMetadata: {
            /** @enum {string} */
            public: "true" | "false";
        };
        Project: {
            project_id: components["schemas"]["Id"];
            name: string;
            owner_id: number;
            creation_time: components["schemas"]["Time"];
            repo_count?: number;
            metadata: {
                public?: string;
                /** @description Pulls need a scan that found nothing as bad as severity */
                prevent_vul?: string;
                severity?: string;
                /** @description Pulls need a signature of Notation */
                enable_content_trust?: string;
                /** @description Pulls need a signature of cosign */
                enable_content_trust_cosign?: string;
            };
        };
        User: {
            user_id: components["schemas"]["Id"];
            username: string;
            email?: string;
            comment?: string;
            sysadmin_flag?: boolean;
            creation_time: components["schemas"]["Time"];
        };
        Member: {
            id: components["schemas"]["Id"];
            entity_id: number;
            entity_name: string;
            /** @enum {string} */
            entity_type: "u" | "g";
            role_id: number;
        };
        Selector: {
            kind?: string;
            decoration?: string;
            pattern?: string;
        };
        ImmutableRule: {
            id?: number;
            disabled?: boolean;
            priority?: number;
            action?: string;
            template?: string;
            tag_selectors?: components["schemas"]["Selector"][] | null;
            scope_selectors?: {
                [key: string]: components["schemas"]["Selector"][] | null;
            } | null;
        };
        StoredImmutableRule: components["schemas"]["ImmutableRule"] & {
            id: components["schemas"]["Id"];
        };
        Quota: {
            id: components["schemas"]["Id"];
            ref: {
                id: number;
            };
            hard: {
                storage: number;
            };
            used: {
                storage: number;
            };
        };
        Repository: {
            id: components["schemas"]["Id"];
            /** @description With the project in front */
            name: string;
            project_id: components["schemas"]["Id"];
            artifact_count?: number;
            pull_count?: number;
            creation_time: components["schemas"]["Time"];
            update_time: components["schemas"]["Time"];
        };
        Tag: {
            id: components["schemas"]["Id"];
            name: string;
            push_time: components["schemas"]["Time"];
            pull_time?: components["schemas"]["Time"];
            immutable?: boolean;
        };
        Artifact: {
            id: components["schemas"]["Id"];
            digest: components["schemas"]["Digest"];
            type: string;
            manifest_media_type: string;
            /** @description Since 2.10 */
            artifact_type?: string;
            project_id: components["schemas"]["Id"];
            repository_id: components["schemas"]["Id"];
            /** @description With the project in front; not on 2.9 */
            repository_name?: string;
            size?: number;
            push_time: components["schemas"]["Time"];
            pull_time?: components["schemas"]["Time"];
            tags?: components["schemas"]["Tag"][] | null;
            /** @description What the kind of artifact tells */
            extra_attrs?: {
                [key: string]: unknown;
            } | null;
            /** @description Of the manifest */
            annotations?: {
                [key: string]: unknown;
            } | null;
            accessories?: components["schemas"]["Accessory"][] | null;
            /** @description By the media type of the report; only with_scan_overview */
            scan_overview?: {
                [key: string]: components["schemas"]["ScanOverview"];
            } | null;
            references?: {
                child_digest: components["schemas"]["Digest"];
                platform?: {
                    os?: string;
                    architecture?: string;
                    variant?: string;
                } | null;
            }[] | null;
        };
        ScanOverview: {
            scan_status?: string;
            severity?: string;
            end_time?: components["schemas"]["Time"];
            summary?: {
                total?: number;
                fixable?: number;
                summary?: {
                    [key: string]: number;
                } | null;
            } | null;
        };
        Accessory: {
            id: components["schemas"]["Id"];
            digest: components["schemas"]["Digest"];
            type: string;
            size?: number;
            creation_time: components["schemas"]["Time"];
        };
        WebhookTarget: {
            type?: string;
            address?: string;
            auth_header?: string;
            skip_cert_verify?: boolean;
            /** @description Unknown before 2.8 */
            payload_format?: string;
        };
        WebhookPolicy: {
            id: components["schemas"]["Id"];
            name: string;
            enabled?: boolean;
            event_types?: string[] | null;
            targets?: components["schemas"]["WebhookTarget"][] | null;
        };
        RobotPermission: {
            /** @enum {string} */
            kind: "system" | "project";
            namespace: string;
            access: {
                resource: string;
                action: string;
            }[];
        };
        Robot: {
            id: components["schemas"]["Id"];
            name: string;
            description?: string;
            /** @enum {string} */
            level: "system" | "project";
            disable?: boolean;
            /** @description Seconds since 1970; -1 never ends */
            expires_at?: number;
            creation_time: components["schemas"]["Time"];
            permissions?: components["schemas"]["RobotPermission"][] | null;
        };
        RobotCreated: {
            id: components["schemas"]["Id"];
            name: string;
            secret: string;
            /** @description Seconds since 1970; -1 never ends */
            expires_at: number;
        };
        AuditRow: {
            id: components["schemas"]["Id"];
            op_time: components["schemas"]["Time"];
            operation: string;
            resource_type: string;
            resource: string;
            username?: string;
            operation_description?: string;
        };
    };
    responses: {
        /** @description Always 200; the body tells */
        Health: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Health"];
            };
        };
        /** @description OK */
        System: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["System"];
            };
        };
        /** @description OK */
        Project: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Project"];
            };
        };
        /** @description OK */
        User: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["User"];
            };
        };
        /** @description OK */
        Users: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["User"][];
            };
        };
        /** @description OK */
        Members: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Member"][];
            };
        };
        /** @description OK */
        ImmutableRules: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["StoredImmutableRule"][];
            };
        };
        /** @description OK */
        Quotas: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Quota"][];
            };
        };
        /** @description OK */
        Repository: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Repository"];
            };
        };
        /** @description OK */
        Repositories: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Repository"][];
            };
        };
        /** @description OK */
        Artifact: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Artifact"];
            };
        };
        /** @description OK */
        Artifacts: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Artifact"][];
            };
        };
        /** @description OK */
        Tags: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Tag"][];
            };
        };
        /** @description OK */
        Accessories: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Accessory"][];
            };
        };
        /** @description OK */
        WebhookPolicies: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["WebhookPolicy"][];
            };
        };
        /** @description OK */
        Robots: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Robot"][];
            };
        };
        /** @description The only time the secret is shown */
        RobotCreated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["RobotCreated"];
            };
        };
        /** @description OK */
        AuditRows: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["AuditRow"][];
            };
        };
    };
    parameters: {
        Project: string;
        ProjectName: string;
        /** @description Its slashes encoded twice */
        Repository: string;
        /** @description A tag or a digest */
        Reference: string;
        user_id: number;
        /** @description Unescaped once more by Harbor */
        q: string;
        sort: string;
        page: number;
        page_size: number;
        with_tag: boolean;
        with_accessory: boolean;
        with_scan_overview: boolean;
    };
    requestBodies: {
        ImmutableRule: {
            content: {
                "application/json": components["schemas"]["ImmutableRule"];
            };
        };
    };
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
