import type { Sandbox } from './sandbox';

/** The first journey, as commands to paste. */
export function journeyText(sandbox: Sandbox): string {
  const { url, harbor } = sandbox;
  const [person] = sandbox.people;
  if (person === undefined) throw new Error('the sandbox has no people');
  const image = `${harbor.address}/user-${person.username}/demo`;
  const link = `${image}:v1`;
  const latest = `${image}:latest`;
  return `
Berth       ${url}            docs: ${url}/api/docs
Harbor      ${harbor.url}            (a sandbox; its admin: ${sandbox.harborAdmin.username} / ${sandbox.harborAdmin.password})
Directory   ${sandbox.directory.url}
Data        ${sandbox.dataFolder}   (kept; --fresh forgets it)

People      ${sandbox.people.map((each) => `${each.username} / ${each.password}${each.admin ? '   (admin)' : ''}`).join('\n            ')}
Scheduler   ${sandbox.schedulerToken}

The journey, to paste into another terminal of this folder (it needs curl; a login is good for 10 minutes):

# 1  Log in with the directory's password
BERTH=${url}/api/v1
field() { node -pe "JSON.parse(fs.readFileSync(0))['$1'] ?? ''"; }
api() { curl -sS -w '\\n' -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' "$@"; }
TOKEN=$(curl -sS $BERTH/auth/login -H 'content-type: application/json' -d '{"username":"${person.username}","password":"${person.password}"}' | field accessToken)

# 2  My account: none at first
api $BERTH/account

# 3  Get a place to push to; the password is shown this once. Had it before? Put {"reset":true} in place of {}
CREDENTIALS=$(api $BERTH/account/credentials -d '{}'); echo "$CREDENTIALS"
PASSWORD=$(echo "$CREDENTIALS" | field password)

# 4  Push two tags (or with docker: docker login, docker tag, docker push, as step 3 printed them)
push() { npm run -s sandbox:push -- "$1" --username ${person.username} --password "$PASSWORD" --content "$2"; }
push ${link} first
push ${latest} first

# 5  Import it into the catalog, then change its title and task type
IMAGE=$(api $BERTH/images -d '{"link":"${link}","description":"My first image","taskType":"pytorch"}'); echo "$IMAGE"
IMAGE=$BERTH/images/$(echo "$IMAGE" | field id)
api -X PATCH $IMAGE -d '{"description":"My first image, renamed","taskType":"jupyter"}'

# 6  What a job runs, asked by the scheduler and by the person: "pinned" is the answer
lookup() { curl -sS -w '\\n' "$BERTH/lookup?link=$1&for=${person.username}" -H "authorization: Bearer ${sandbox.schedulerToken}"; }
lookup ${link}
api "$BERTH/lookup?link=${link}"

# 7  latest may move; v1 may not: the second push is refused ...
push ${latest} second; lookup ${latest}
push ${link} second

# 8  ... until its owner lifts the rule in Harbor: the check says "moved", from which digest to which; jobs keep the first
RULES=${harbor.url}/api/v2.0/projects/user-${person.username}/immutabletagrules
harbor() { curl -sS -u "${person.username}:$PASSWORD" "$@"; }
harbor -X DELETE $RULES/$(harbor $RULES | node -pe 'JSON.parse(fs.readFileSync(0))[0].id')
push ${link} second
api -X POST $IMAGE/check
lookup ${link}

# 9  It is put back in one step, with the rule, and listed with when and by whom; or an admin accepts it (.../acknowledge)
MOVED=$(api "$BERTH/violations?state=open")
api -X POST $BERTH/violations/$(echo "$MOVED" | node -pe 'JSON.parse(fs.readFileSync(0)).items[0].id')/restore
push ${link} second; lookup ${link}
api $BERTH/violations

# 10 A new password; the old one ends at once, and the image stays
api $BERTH/account/credentials -d '{"reset":true}'
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
