import { Clock } from '../common/clock';
import { aboutLink, aboutProject, EVERYTHING } from './change-key';
import { ChangeMarks } from './change-marks';
import { Changes } from './changes';

describe('ChangeMarks', () => {
  let changes: Changes;
  let marks: ChangeMarks;
  const link = aboutLink('user-ada/demo:v1');
  const project = aboutProject('user-ada');

  beforeEach(() => {
    changes = new Changes(new Clock());
    marks = new ChangeMarks(changes);
    marks.onModuleInit();
  });

  it('tell what changed since it was read, and nothing else', () => {
    const mark = marks.mark();
    changes.announce([link]);
    expect(marks.isUnchanged([link, project], mark)).toBe(false);
    expect(marks.isUnchanged([project], mark)).toBe(true);
    expect(marks.isUnchanged([link, project], marks.mark())).toBe(true);
  });

  it('take everything as changed when everything is', () => {
    const mark = marks.mark();
    changes.announce([EVERYTHING]);
    expect(marks.isUnchanged([project], mark)).toBe(false);
    expect(marks.isUnchanged([project], marks.mark())).toBe(true);
  });

  it('take everything as changed rather than forget what was', () => {
    const mark = marks.mark();
    changes.announce([link]);
    for (let number = 0; number <= 100_000; number += 1)
      changes.announce([aboutLink(`library/demo:${number}`)]);
    expect(marks.isUnchanged([link], mark)).toBe(false);
    expect(marks.isUnchanged([project], mark)).toBe(false);
  });
});
