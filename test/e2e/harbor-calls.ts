import { currentRequest } from '../../src/common/request-notes';
import { HarborHttp } from '../../src/harbor/harbor-http';
import type { Answer } from './journey';

/** How many calls to Harbor a request made; what background work asks meanwhile is not counted. */
export async function countHarborCalls(request: () => Promise<Answer>): Promise<[Answer, number]> {
  const send = Reflect.get(HarborHttp.prototype, 'send');
  const askers: (string | undefined)[] = [];
  const calls = jest.spyOn(HarborHttp.prototype, 'send').mockImplementation(async function (
    this: HarborHttp,
    ...call
  ) {
    askers.push(currentRequest.getStore()?.id);
    return send.apply(this, call);
  });
  const answer = await request();
  calls.mockRestore();
  return [answer, askers.filter((id) => id === answer.headers.get('x-request-id')).length];
}
