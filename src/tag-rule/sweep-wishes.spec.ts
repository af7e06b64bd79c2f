import { SweepWishes } from './sweep-wishes';

describe('wishes for a sweep', () => {
  let wishes: SweepWishes;
  beforeEach(() => {
    wishes = new SweepWishes();
  });

  it('are granted once, however often they were made', () => {
    for (const project of ['ada', 'bob', 'ada']) wishes.wish(project);
    expect(wishes.take()).toEqual(['ada', 'bob']);
    expect(wishes.waiting).toEqual([]);
    expect(wishes.take()).toEqual([]);
  });

  it('wait when there was one for the same project just now, and are not forgotten', () => {
    wishes.wish('ada');
    wishes.take();
    wishes.wish('ada');
    expect(wishes.take()).toEqual([]);
    expect(wishes.waiting).toEqual(['ada']);
  });

  it('do not wait after one that could not be asked for', () => {
    wishes.wish('ada');
    wishes.take();
    wishes.putBack('ada');
    expect(wishes.take()).toEqual(['ada']);
  });
});
