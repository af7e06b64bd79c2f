/** Who calls: the columns of the table. `person` owns what a route is about; `acting` is the platform acting for him. */
export const CALLERS = [
  'anonymous',
  'person',
  'other',
  'admin',
  'scheduler',
  'platform',
  'acting',
  'expired',
  'revoked',
] as const;

export type Caller = (typeof CALLERS)[number];

/** `same` is 2xx with nothing changed: the DELETE of what is not the caller's. */
export type Cell = '2xx' | 'same' | '401' | '403' | '404';

// prettier-ignore
const EVERYBODY =
  '2xx       2xx    2xx   2xx   2xx       2xx      2xx    2xx     2xx';
// prettier-ignore
const ANY_TOKEN =
  '401       2xx    2xx   2xx   2xx       2xx      2xx    401     401';
const OWN_MATTER = '401       2xx    2xx   2xx   403       403      2xx    401     401';
const SCHEDULERS = '401       403    403   403   2xx       403      403    401     401';
const ADMINS = '401       403    403   2xx   403       403      403    401     401';

/**
 * Every route of the OpenAPI document, and how it answers each caller. A route that is missing here fails the tests:
 * think about who may use it before you add its row.
 */
// prettier-ignore
const ROWS: Readonly<Record<string, string>> = {
  //                                          anonymous person other admin scheduler platform acting expired revoked
  'POST /hooks/harbor/{project}':             '401       401    401   401   401       401      401    401     401',
  'GET /health/live':                          EVERYBODY,
  'GET /health/ready':                         EVERYBODY,
  'POST /auth/login':                          EVERYBODY,
  'POST /auth/refresh':                        EVERYBODY,
  'POST /auth/logout':                         OWN_MATTER,
  'GET /auth/me':                              OWN_MATTER,

  'GET /registry':                             ANY_TOKEN,
  'GET /account':                              OWN_MATTER,
  'POST /account/credentials':                 OWN_MATTER,
  'POST /account/diagnose':                    OWN_MATTER,
  'GET /account/activity':                     OWN_MATTER,
  'GET /account/login-failures':               OWN_MATTER,

  'GET /images/task-types':                    ANY_TOKEN,
  'GET /images':                               OWN_MATTER,
  //                                          anonymous person other admin scheduler platform acting expired revoked
  'POST /images':                             '401       2xx    404   404   403       403      2xx    401     401',
  'POST /images/batch':                       OWN_MATTER,
  'POST /images/batch-delete':                OWN_MATTER,
  'POST /images/preview':                     '401       2xx    404   404   403       403      2xx    401     401',
  'GET /images/{id}':                         '401       2xx    404   2xx   403       403      2xx    401     401',
  'PATCH /images/{id}':                       '401       2xx    404   403   403       403      2xx    401     401',
  'DELETE /images/{id}':                      '401       2xx    same  same  403       403      2xx    401     401',
  'POST /images/{id}/check':                  '401       2xx    404   2xx   403       403      2xx    401     401',
  'POST /images/{id}/rollback':               '401       2xx    404   2xx   403       403      2xx    401     401',
  'GET /images/{id}/history':                 '401       2xx    404   2xx   403       403      2xx    401     401',
  'GET /images/{id}/changes':                 '401       2xx    404   2xx   403       403      2xx    401     401',
  'PUT /images/{id}/visibility':              '401       2xx    404   2xx   403       403      2xx    401     401',
  'GET /images/{id}/shares':                  '401       2xx    404   2xx   403       403      2xx    401     401',
  'PUT /images/{id}/shares/{kind}/{name}':    '401       2xx    404   2xx   403       403      2xx    401     401',
  'DELETE /images/{id}/shares/{kind}/{name}': '401       2xx    same  2xx   403       403      2xx    401     401',
  'GET /lookup':                              '401       2xx    404   404   2xx       403      2xx    401     401',
  'POST /lookup':                             '401       2xx    2xx   2xx   2xx       403      2xx    401     401',
  'GET /lookup/available':                    '401       2xx    2xx   2xx   2xx       403      2xx    401     401',
  'PUT /jobs/{jobId}/images':                 SCHEDULERS,
  'DELETE /jobs/{jobId}':                     SCHEDULERS,
  'POST /pull-secrets':                       SCHEDULERS,
  'DELETE /pull-secrets/{id}':                SCHEDULERS,

  'GET /violations':                           OWN_MATTER,
  'GET /violations/{id}':                     '401       2xx    404   2xx   403       403      2xx    401     401',
  'POST /violations/{id}/restore':            '401       2xx    404   2xx   403       403      2xx    401     401',
  'POST /violations/{id}/acknowledge':         ADMINS,

  'GET /projects':                             OWN_MATTER,
  'POST /projects':                            ADMINS,
  //                                          anonymous person other admin scheduler platform acting expired revoked
  'GET /projects/{project}':                  '401       2xx    404   2xx   403       403      2xx    401     401',
  'PATCH /projects/{project}':                '401       2xx    404   2xx   403       403      2xx    401     401',
  'DELETE /projects/{project}':               '401       2xx    same  2xx   403       403      2xx    401     401',
  'GET /projects/{project}/usage':            '401       2xx    404   2xx   403       403      2xx    401     401',
  'GET /projects/{project}/policies':         '401       2xx    404   2xx   403       403      2xx    401     401',
  'PUT /projects/{project}/policies':         '401       2xx    404   2xx   403       403      2xx    401     401',
  'GET /projects/{project}/commands':         '401       2xx    404   2xx   403       403      2xx    401     401',
  'GET /projects/{project}/repositories':     '401       2xx    404   2xx   403       403      2xx    401     401',
  'GET /projects/{project}/repositories/{repository}/tags':
                                              '401       2xx    404   2xx   403       403      2xx    401     401',
  'DELETE /projects/{project}/repositories/{repository}/tags/{tag}':
                                              '401       2xx    same  2xx   403       403      2xx    401     401',
  'DELETE /projects/{project}/repositories/{repository}':
                                              '401       2xx    same  2xx   403       403      2xx    401     401',
  'GET /projects/{project}/members':          '401       2xx    404   2xx   403       403      2xx    401     401',
  'GET /projects/{project}/members/{username}':
                                              '401       2xx    404   2xx   403       403      2xx    401     401',
  'PUT /projects/{project}/members/{username}':
                                              '401       2xx    404   2xx   403       403      2xx    401     401',
  'DELETE /projects/{project}/members/{username}':
                                              '401       2xx    same  2xx   403       403      2xx    401     401',
  'GET /projects/{project}/robots':           '401       2xx    404   2xx   403       403      2xx    401     401',
  'POST /projects/{project}/robots':          '401       2xx    404   2xx   403       403      2xx    401     401',
  'GET /projects/{project}/robots/{id}':      '401       2xx    404   2xx   403       403      2xx    401     401',
  'POST /projects/{project}/robots/{id}/rotate':
                                              '401       2xx    404   2xx   403       403      2xx    401     401',
  'DELETE /projects/{project}/robots/{id}':   '401       2xx    same  2xx   403       403      2xx    401     401',
  'POST /projects/{project}/quota-requests':   '401       2xx    404   2xx   403       403      2xx    401     401',
  'GET /projects/{project}/quota-requests':    '401       2xx    404   2xx   403       403      2xx    401     401',
  'GET /projects/{project}/quota-requests/{id}':
                                              '401       2xx    404   2xx   403       403      2xx    401     401',
  'POST /projects/{project}/quota-requests/{id}/grant':    ADMINS,
  'POST /projects/{project}/quota-requests/{id}/decline':  ADMINS,

  'PUT /admin/projects/{project}/quota':       ADMINS,
  'GET /admin/persons':                       ADMINS,
  'GET /admin/persons/{username}':            ADMINS,
  'POST /admin/persons/{username}/offboard':  ADMINS,
  'POST /admin/persons/{username}/restore':   ADMINS,
  'POST /admin/persons/{username}/identity':  ADMINS,
  'POST /admin/persons/{username}/adopt':     ADMINS,
  'POST /admin/projects/{project}/adopt':     ADMINS,
  'GET /admin/offboarding':                   ADMINS,
  'GET /admin/quota-requests':                 ADMINS,
  'POST /admin/reconcile':                     ADMINS,
  'GET /freshness':                            '401       403    403   2xx   2xx       2xx      403    401     401',
  'GET /admin/sweeps':                         ADMINS,
  'POST /admin/sweeps':                        ADMINS,
  'GET /admin/reconcile':                      ADMINS,
  'GET /admin/audit':                          ADMINS,
  'GET /admin/login-failures':                 ADMINS,
  'GET /admin/service-tokens':                 ADMINS,
  'POST /admin/service-tokens':                ADMINS,
  'DELETE /admin/service-tokens/{id}':         ADMINS,
};

/** The routes that have a row, such as `GET /images/{id}`. */
export const ROUTES: readonly string[] = Object.keys(ROWS);

/** How the route answers each caller. */
export function cellsOf(route: string): Record<Caller, Cell> {
  const texts = (ROWS[route] ?? '').trim().split(/\s+/);
  if (texts.length !== CALLERS.length) throw new Error(`the row of ${route} has not a cell for each caller`);
  return Object.fromEntries(CALLERS.map((caller, index) => [caller, texts[index]])) as Record<Caller, Cell>;
}
