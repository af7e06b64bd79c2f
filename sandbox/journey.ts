import type { Sandbox } from './sandbox';

/** The first journey, as commands to paste. */
export function journeyText(sandbox: Sandbox): string {
  const { url, harbor } = sandbox;
  const [person] = sandbox.people;
  if (person === undefined) throw new Error('the sandbox has no people');
  const link = `${harbor.address}/user-${person.username}/demo:v1`;
  const json = `-H 'content-type: application/json'`;
  return `
Berth       ${url}            docs: ${url}/api/docs
Harbor      ${harbor.url}            (a sandbox; its admin: ${sandbox.harborAdmin.username} / ${sandbox.harborAdmin.password})
Directory   ${sandbox.directory.url}
Data        ${sandbox.dataFolder}   (kept; --fresh forgets it)

People      ${sandbox.people.map((each) => `${each.username} / ${each.password}${each.admin ? '   (admin)' : ''}`).join('\n            ')}
Scheduler   ${sandbox.schedulerToken}

The journey, to paste into another terminal of this folder:

# 1  Log in with the directory's password
export BERTH=${url}/api/v1
TOKEN=$(curl -s $BERTH/auth/login ${json} -d '{"username":"${person.username}","password":"${person.password}"}' | node -pe 'JSON.parse(fs.readFileSync(0)).accessToken')

# 2  No account yet
curl -s $BERTH/account -H "authorization: Bearer $TOKEN"

# 3  Get a place to push to; the password is shown this once  (again: add -d '{"reset":true}')
PASSWORD=$(curl -s -X POST $BERTH/account/credentials -H "authorization: Bearer $TOKEN" ${json} -d '{}' | tee /dev/stderr | node -pe 'JSON.parse(fs.readFileSync(0)).password')

# 4  Push (or with docker: docker login, docker tag, docker push, as step 3 printed them)
npm run sandbox:push -- ${link} --username ${person.username} --password "$PASSWORD"

# 5  Import it into the catalog, then give it a better title
IMAGE=$(curl -s $BERTH/images -H "authorization: Bearer $TOKEN" ${json} -d '{"link":"${link}","description":"My first image","taskType":"pytorch"}' | tee /dev/stderr | node -pe 'JSON.parse(fs.readFileSync(0)).id')
curl -s -X PATCH $BERTH/images/$IMAGE -H "authorization: Bearer $TOKEN" ${json} -d '{"description":"My first image, renamed","taskType":"jupyter"}'

# 6  What a job runs, asked by the scheduler: "pinned" is the answer
curl -s "$BERTH/lookup?link=${link}&for=${person.username}" -H "authorization: Bearer ${sandbox.schedulerToken}"

# 7  Only latest may move: pushing v1 again is refused ...
npm run sandbox:push -- ${link} --username ${person.username} --password "$PASSWORD" --content other

# 8  ... until its owner lifts the rule in Harbor; the check says "moved", from which digest to which, and jobs keep the first
RULES=${harbor.url}/api/v2.0/projects/user-${person.username}/immutabletagrules
curl -s -X DELETE -u "${person.username}:$PASSWORD" $RULES/$(curl -s -u "${person.username}:$PASSWORD" $RULES | node -pe 'JSON.parse(fs.readFileSync(0))[0].id')
npm run sandbox:push -- ${link} --username ${person.username} --password "$PASSWORD" --content other
curl -s -X POST $BERTH/images/$IMAGE/check -H "authorization: Bearer $TOKEN"
curl -s "$BERTH/lookup?link=${link}&for=${person.username}" -H "authorization: Bearer ${sandbox.schedulerToken}"

# 9  A new password; the old one ends at once, and the rule is back
curl -s -X POST $BERTH/account/credentials -H "authorization: Bearer $TOKEN" ${json} -d '{"reset":true}'
`;
}

/** One line for scripts: every address, person and password. */
export function journeyJson(sandbox: Sandbox): string {
  return JSON.stringify({
    url: sandbox.url,
    api: `${sandbox.url}/api/v1`,
    docs: `${sandbox.url}/api/docs`,
    harborUrl: sandbox.harbor.url,
    registry: sandbox.harbor.address,
    harborAdmin: sandbox.harborAdmin,
    directoryUrl: sandbox.directory.url,
    dataFolder: sandbox.dataFolder,
    people: sandbox.people.map(({ username, password, admin }) => ({ username, password, admin })),
    schedulerToken: sandbox.schedulerToken,
  });
}
