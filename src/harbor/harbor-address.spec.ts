import { exactly, harborAddress } from './harbor-address';

describe('harborAddress', () => {
  it('encodes the slashes of a repository twice and everything else once', () => {
    const address = harborAddress(
      '/projects/{project_name}/repositories/{repository_name}/artifacts/{reference}',
      {
        project_name: 'a b',
        repository_name: 'team/nested/app',
        reference: 'sha256:0',
      },
    );
    expect(address).toBe('/projects/a%20b/repositories/team%252Fnested%252Fapp/artifacts/sha256:0');
  });

  it('leaves out a parameter that is not given', () => {
    expect(harborAddress('/users', {}, { q: undefined, page: 1 })).toBe('/users?page=1');
  });

  it.each(['', '.', '..'])('refuses the segment "%s", which would make it another call', (name) => {
    expect(() => harborAddress('/projects/{project_name}', { project_name: name })).toThrow(RangeError);
  });
});

describe('exactly', () => {
  /** As Harbor's q builder does it (src/lib/q/builder.go), after the web server's own unescaping. */
  const readByHarbor = (q: string): string => {
    const value = decodeURIComponent(q.replaceAll('+', ' ')).slice('username='.length);
    return value.startsWith('\\') ? value.slice(1) : value;
  };

  it.each(['ada', 'a+b', 'a b', 'a%b', 'a=b', '[a~b]', '{a b}', '(a)', '~a', '\\a', '刘一舟'])(
    'survives the second unescaping: %s',
    (username) => {
      const q = exactly('username', username);
      expect(readByHarbor(q)).toBe(username);
      expect(decodeURIComponent(q)).not.toMatch(/=[~[{(]/);
    },
  );

  it('refuses what Harbor cannot look for', () => {
    expect(() => exactly('username', 'a,b')).toThrow(RangeError);
  });
});
