import { surveyRedis } from '../../src/health/redis-survey';
import { redis } from '../servers/redis';

describe('the doctor’s look at a real Redis', () => {
  it('sees its version and what it does when memory is short', async () => {
    const survey = await surveyRedis(redis());
    expect(survey).toMatchObject({
      state: 'reachable',
      version: expect.stringMatching(/^\d+\.\d+/) as unknown,
    });
  });

  it('tells a password that is wrong by Redis’s own code', async () => {
    const url = new URL(redis());
    url.username = 'nobody';
    url.password = 'not-the-password';
    expect(await surveyRedis(url.toString())).toEqual({ state: 'unreachable', reason: 'WRONGPASS' });
  });
});
