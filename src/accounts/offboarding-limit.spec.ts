import { allowedOffboardings } from './offboarding-limit';

describe('allowedOffboardings', () => {
  it.each([
    [0, 3],
    [10, 3],
    [39, 3],
    [40, 4],
    [1000, 100],
  ])('of %s people allows %s', (people, allowed) => {
    expect(allowedOffboardings(people)).toBe(allowed);
  });
});
