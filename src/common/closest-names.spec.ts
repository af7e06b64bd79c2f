import * as fc from 'fast-check';
import { closestNames } from './closest-names';

describe('closestNames', () => {
  it.each([
    ['24.12-v1.2.3', ['24.12-v1.2.2', '23.01', 'latest'], '24.12-v1.2.2'],
    ['Latest', ['listen', 'latest', 'lates'], 'latest'],
    ['nvidia-pytorhc', ['nvidia-cuda', 'nvidia-pytorch', 'pytorch'], 'nvidia-pytorch'],
    ['v2', ['v1', 'v3', 'v10'], 'v1'],
  ])('takes %s for a slip of one in %j', (typed, names, meant) => {
    expect(closestNames(typed, names)[0]).toBe(meant);
  });

  it('tells three at most, each of the list, and finds what is there exactly', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_.-]{1,20}$/);
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1 }), fc.nat(), (names, index) => {
        const typed = names[index % names.length] ?? '';
        const told = closestNames(typed, names);
        expect(told[0]).toBe(typed);
        expect(told).toHaveLength(Math.min(3, names.length));
        expect(names).toEqual(expect.arrayContaining(told));
      }),
    );
  });
});
