/** Posts JSON and reads the answer. @throws with the answer's text when it is not 2xx */
export async function postJson<T>(url: string, authorization: string | null, body: unknown): Promise<T> {
  const headers = {
    'content-type': 'application/json',
    ...(authorization === null ? {} : { authorization }),
  };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`POST ${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
