import { countOf, examineAll, renderReport } from './doctor';
import { ok, problem, warning } from './finding';

describe('the doctor', () => {
  it('goes on when one examination breaks, and tells it without the error’s text', async () => {
    const secret = Object.assign(new Error('user berth with password hunter2'), { code: 'E_ODD' });
    const report = await examineAll([
      { subject: 'One', examine: () => Promise.reject(secret) },
      { subject: 'Other', examine: () => Promise.resolve([ok('fine')]) },
    ]);
    expect(countOf(report, 'problem')).toBe(1);
    expect(countOf(report, 'ok')).toBe(1);
    expect(renderReport(report)).toContain('could not be examined: Error (E_ODD)');
    expect(renderReport(report)).not.toContain('hunter2');
  });

  it('says for everything that is not well what it means and what to do', () => {
    const findings = [
      ok('this works'),
      warning('old', 'it bites', 'renew it'),
      problem('broken', 'nothing goes', 'mend it'),
    ];
    expect(renderReport([{ subject: 'Harbor', findings }])).toBe(
      [
        'Harbor',
        '  ok       this works',
        '  WARNING  old',
        '           It means: it bites',
        '           What to do: renew it',
        '  PROBLEM  broken',
        '           It means: nothing goes',
        '           What to do: mend it',
        '',
        '1 problem, 1 warning.',
      ].join('\n'),
    );
  });

  it('says when all is well', () => {
    expect(renderReport([{ subject: 'Harbor', findings: [ok('fine')] }])).toMatch(/All is well\.$/);
  });
});
