import { postJson } from '../sandbox/post-json';

/** As postJson, to a path of Berth's API; `token` is null where nobody is logged in. */
export async function post<T>(url: string, path: string, token: string | null, body: unknown): Promise<T> {
  return postJson<T>(`${url}/api/v1${path}`, token === null ? null : `Bearer ${token}`, body);
}
