import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { recogniseClientMessage, type ClientCode } from './client-message';

const ESCAPE = String.fromCharCode(27);

/** As the clients print them, by issues, manuals and their sources; only names and addresses are changed. */
const MESSAGES: [client: string, message: string, ...codes: ClientCode[]][] = [
  [
    'docker push',
    'The push refers to repository [harbor.example.com/default-library/busybox]\n08c2295a7fa5: Preparing \ndenied: requested access to the resource is denied',
    'client.denied',
  ],
  [
    'docker push',
    'The push refers to repository [docker.io/harbor-node/abc/project]\nd1895ea63a00: Preparing\n283295471e69: Waiting\ndenied: requested access to the resource is denied',
    'client.docker-hub',
  ],
  [
    'docker push',
    'The push refers to a repository [docker.io/docker-registry/test/ubuntu]\n33f1a94ed7fc: Preparing\ndenied: requested access to the resource is denied',
    'client.docker-hub',
  ],
  [
    'docker push',
    'The push refers to repository [harbor.example.com/library/app]\n5f70bf18a086: Preparing\nunauthorized: unauthorized to access repository: library/app, action: push: unauthorized to access repository: library/app, action: push',
    'client.no-permission',
  ],
  [
    'docker push',
    'unauthorized: project user-absent not found: project user-absent not found',
    'client.project-unknown',
  ],
  [
    'docker push',
    'error parsing HTTP 413 response body: invalid character \'<\' looking for beginning of value: "<html>\\r\\n<head><title>413 Request Entity Too Large</title></head>\\r\\n<body>\\r\\n<center><h1>413 Request Entity Too Large</h1></center>\\r\\n<hr><center>nginx</center>\\r\\n</body>\\r\\n</html>\\r\\n"',
    'client.too-large',
  ],
  [
    'docker push',
    'aa3d17275dd0: Pushed \n211736d7fc9d: Pushing [==================================================>] 342.7 MB/342.7 MB\nd781bae79ca8: Retrying in 4 seconds',
    'client.push-restarts',
  ],
  [
    'docker push',
    'd781bae79ca8: Pushing [==================================================>] 1.126 GB\ncbead69232ae: Layer already exists \nreceived unexpected HTTP status: 504 Gateway Timeout',
    'client.push-restarts',
  ],
  [
    'docker push',
    'bbe6cef52379: Pushing  11.78kB\n87f743c24123: Pushing [==================================================>]  15.87kB\n32d75bc97c41: Pushing [==================================================>]  134.6MB\nEOF',
    'client.push-restarts',
  ],
  [
    'docker push',
    '4e30c458627b: Pushing [==================================================>]  228.7MB/228.7MB\n224932ba2e71: Pushing [==================================================>]  114.4MB/114.4MB\nuse of closed network connection',
    'client.push-restarts',
  ],
  ['dockerd', 'level=error msg="Upload failed, retrying: EOF"', 'client.push-restarts'],
  [
    'docker push',
    'denied: adding 29.0 MiB of storage resource, which when updated to current usage of 152.4 MiB will exceed the configured upper limit of 10.0 MiB.',
    'client.quota-exceeded',
  ],
  [
    'docker push',
    'denied: subtracting 0 B of storage resource, which when updated to current usage of 187.5 MiB will exceed the configured upper limit of 10.0 MiB.',
    'client.quota-exceeded',
  ],
  ['docker push', 'received unexpected HTTP status: 500 Internal Server Error', 'client.server-error'],
  [
    'docker push',
    "unknown: Failed to process request due to 'app:v1.0.0' configured as immutable.",
    'client.tag-immutable',
  ],
  [
    'docker push',
    'denied: The system is in read only mode. Any modification is prohibited.',
    'client.read-only',
  ],
  [
    'docker push',
    'The push refers to repository [harbor.example.com/docker/getting-started]\nAn image does not exist locally with the tag: harbor.example.com/docker/getting-started',
    'client.image-not-local',
  ],
  ['docker push', 'tag does not exist: harbor.example.com/user-ada/demo:v2', 'client.image-not-local'],
  ['docker push', 'blob upload unknown', 'client.upload-lost'],
  [
    'docker login',
    'Error response from daemon: Get "http://harbor.example.com/v2/": dial tcp 127.0.1.1:80: connect: connection refused',
    'client.connection-refused',
  ],
  [
    'docker login',
    'Error response from daemon: Get https://harbor.example.com:5000/v2/: dial tcp 192.0.2.29:5000: getsockopt: connection refused',
    'client.connection-refused',
  ],
  [
    'docker login',
    'Error response from daemon: login attempt to http://harbor.example.com/v2/ failed with status: 401 Unauthorized',
    'client.unauthorized',
  ],
  [
    'docker login',
    'Error response from daemon: Get "https://harbor.example.com/v2/": unauthorized: authentication required',
    'client.unauthorized',
  ],
  [
    'docker login',
    'Error response from daemon: Get https://harbor.example.com:80/v2/: http: server gave HTTP response to HTTPS client',
    'client.plain-http',
  ],
  [
    'docker login',
    'Error response from daemon: Get "https://harbor.example.com/v2/": dial tcp: lookup harbor.example.com on 127.0.0.53:53: no such host',
    'client.host-unknown',
  ],
  [
    'docker login',
    'Error response from daemon: Get "https://harbor.example.com/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
    'client.timeout',
  ],
  [
    'docker login',
    'Error response from daemon: Get "https://harbor.example.com/v2/": dial tcp 192.0.2.7:443: i/o timeout',
    'client.timeout',
  ],
  [
    'docker login',
    'Error response from daemon: Get "https://harbor.example.com/v2/": net/http: TLS handshake timeout',
    'client.timeout',
  ],
  [
    'docker login',
    'Error response from daemon: Get "https://harbor.example.com/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    'client.certificate-authority',
  ],
  [
    'docker login on macOS',
    'Error response from daemon: Get "https://harbor.example.com/v2/": x509: “harbor.example.com” certificate is not trusted',
    'client.certificate-authority',
  ],
  [
    'docker login',
    'Error response from daemon: Get "https://harbor/v2/": x509: certificate is valid for harbor.example.com, not harbor',
    'client.certificate-name',
  ],
  [
    'docker login',
    "Error response from daemon: Get https://192.0.2.7/v2/: x509: cannot validate certificate for 192.0.2.7 because it doesn't contain any IP SANs",
    'client.certificate-name',
  ],
  [
    'docker login',
    'Error response from daemon: Get "https://harbor.example.com/v2/": x509: certificate has expired or is not yet valid: current time 2026-11-21T09:30:00Z is after 2026-10-01T00:00:00Z',
    'client.certificate-time',
  ],
  [
    'docker login',
    'Error response from daemon: Get "https://harbor.example.com/v2/": proxyconnect tcp: dial tcp 192.0.2.3:3128: connect: connection refused',
    'client.proxy',
  ],
  [
    'docker login',
    'Error response from daemon: Get "https://harbor.example.com/v2/": EOF',
    'client.connection-broken',
  ],
  ['docker login', 'Error: Cannot perform an interactive login from a non TTY device', 'client.no-terminal'],
  [
    'docker login',
    'Error saving credentials: error storing credentials - err: exit status 1, out: `Cannot autolaunch D-Bus without X11 $DISPLAY`',
    'client.credential-helper',
  ],
  [
    'docker build',
    '#3 ERROR: error getting credentials - err: exec: "docker-credential-desktop": executable file not found in $PATH, out: ``',
    'client.credential-helper',
  ],
  [
    'docker build',
    'invalid argument "Update_image" for "-t, --tag" flag: invalid reference format: repository name must be lowercase\nSee \'docker build --help\'.',
    'client.upper-case',
  ],
  [
    'docker tag',
    'Error parsing reference: "harbor.example.com//app:v1" is not a valid repository/tag: invalid reference format',
    'client.invalid-reference',
  ],
  [
    'docker',
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    'client.no-engine',
  ],
  [
    'docker',
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.24/info": dial unix /var/run/docker.sock: connect: permission denied',
    'client.no-engine',
  ],
  [
    'docker pull',
    'Error response from daemon: manifest for harbor.example.com/t527/support-tool:2022.4.27-T154353 not found: manifest unknown: manifest unknown',
    'client.manifest-unknown',
  ],
  [
    'docker pull',
    'latest: Pulling from library/mysql\nno matching manifest for linux/arm64/v8 in the manifest list entries',
    'client.platform',
  ],
  [
    'docker pull',
    'Error response from daemon: no matching manifest for linux/arm64/v8 in the manifest list entries: no match for platform in manifest: not found',
    'client.platform',
  ],
  [
    'docker pull',
    'Error response from daemon: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading.',
    'client.rate-limited',
  ],
  [
    'docker pull',
    'Error response from daemon: unknown: current image with 14 vulnerabilities cannot be pulled due to configured policy in \'Prevent images with vulnerability severity of "Low" or higher from running.\' To continue with pull, please contact your project administrator to exempt matched vulnerabilities through configuring the CVE allowlist.',
    'client.policy',
  ],
  [
    'docker pull',
    "Error response from daemon: pull access denied for demo, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    'client.denied',
  ],
  [
    'docker pull',
    'failed to register layer: write /usr/lib/libtorch.so: no space left on device',
    'client.disk-full',
  ],
  ['docker run', 'exec /usr/bin/python3: exec format error', 'client.platform'],
  [
    'buildx',
    '#21 pushing layers 1.2s done\n#21 ERROR: failed to copy: unexpected status: 413 Request Entity Too Large',
    'client.too-large',
  ],
  [
    'buildx',
    'ERROR: failed to solve: failed to push harbor.example.com/user-ada/demo:v1: failed to authorize: failed to fetch anonymous token: Get "https://harbor.example.com/service/token?scope=repository%3Auser-ada%2Fdemo%3Apull%2Cpush&service=harbor-registry": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    'client.certificate-authority',
  ],
  [
    'buildx',
    'ERROR: failed to solve: failed to push harbor.example.com/user-ada/demo:v1: push access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    'client.denied',
  ],
  [
    'podman login',
    'Error: logging into "harbor.example.com": invalid username/password',
    'client.unauthorized',
  ],
  [
    'podman pull',
    'Trying to pull harbor.example.com/user-ada/demo:v1...\nError: initializing source docker://harbor.example.com/user-ada/demo:v1: unable to retrieve auth token: invalid username/password: unauthorized: authentication required',
    'client.unauthorized',
  ],
  [
    'podman push',
    'Error: writing blob: initiating layer upload to /v2/repos/repo1/blobs/uploads/ in harbor.example.com: requested access to the resource is denied',
    'client.denied',
  ],
  [
    'podman push',
    'Error copying image to the remote destination: Error trying to reuse blob sha256:8823818c474862932702f8a920abea43b2560ddceb910d145be9ba0eb149a643 at destination: Error checking whether a blob sha256:8823818c474862932702f8a920abea43b2560ddceb910d145be9ba0eb149a643 exists in docker.io/ada/demo: errors:\ndenied: requested access to the resource is denied\nerror parsing HTTP 401 response body: unexpected end of JSON input: ""',
    'client.docker-hub',
  ],
  [
    'podman push',
    'Error trying to reuse blob sha256:75a48e4aec0a at destination: unexpected http code: 503 (Service Unavailable)',
    'client.server-error',
  ],
  [
    'podman push',
    'Error: trying to reuse blob sha256:63b450eae87c42ba59c0fa815ad0e5b8cb6fb76a039cc341dbff6e744fa77a77 at destination: pinging container registry harbor.example.com: Get "https://harbor.example.com/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    'client.certificate-authority',
  ],
  ['podman push', 'Error: harbor.example.com/user-ada/demo:v1: image not known', 'client.image-not-local'],
  [
    'podman pull',
    'Error: initializing source docker://harbor.example.com/user-ada/demo:v9: reading manifest v9 in harbor.example.com/user-ada/demo: unknown: artifact user-ada/demo:v9 not found',
    'client.manifest-unknown',
  ],
  [
    'podman pull',
    'Error: reading manifest v1 in harbor.example.com/user-ada/dmeo: unknown: repository user-ada/dmeo not found',
    'client.repository-unknown',
  ],
  [
    'podman pull',
    'Error: choosing an image from manifest list docker://harbor.example.com/user-ada/demo:v1: no image found in manifest list for architecture "arm64", variant "v8", OS "linux"',
    'client.platform',
  ],
  [
    'helm push',
    'Error: unexpected status from HEAD request to https://harbor.example.com/v2/chartrepo/charts/gpu-operator/blobs/sha256:e0e5c0c37037fee94b40dffef2da1ca3eddd5cd924408d0ffd2f6f11a7ad634d: 401 Unauthorized',
    'client.unauthorized',
  ],
  [
    'helm push',
    'Error: failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://harbor.example.com/service/token?scope=repository%3Auser-ada%2Fdemo%3Apull%2Cpush&service=harbor-registry: 401 Unauthorized',
    'client.unauthorized',
  ],
  [
    'helm push',
    'Error: push access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    'client.denied',
  ],
  ['helm pull', 'Error: harbor.example.com/user-ada/demo:0.9.0: not found', 'client.manifest-unknown'],
  ['helm push', 'Error: basic credential not found', 'client.not-logged-in'],
  [
    'kubelet with docker',
    'container start failed: ErrImagePull: rpc error: code = Unknown desc = Error response from daemon: Get http://harbor.example.com:8083/v2/com.example/ci-cd/manifests/0.0.1-SNAPSHOT: no basic auth credentials',
    'client.not-logged-in',
    'client.pull-secret',
  ],
  [
    'kubelet with containerd',
    'Failed to pull image "harbor.example.com/spm2fog/partsgo42:v1": rpc error: code = Unknown desc = failed to pull and unpack image "harbor.example.com/spm2fog/partsgo42:v1": failed to resolve reference "harbor.example.com/spm2fog/partsgo42:v1": pulling from host harbor.example.com failed with status code [manifests v1]: 401 Unauthorized',
    'client.unauthorized',
    'client.pull-secret',
  ],
  [
    'kubelet with containerd',
    'Failed to pull image "harbor.example.com/user-ada/demo:v9": rpc error: code = NotFound desc = failed to pull and unpack image "harbor.example.com/user-ada/demo:v9": failed to resolve reference "harbor.example.com/user-ada/demo:v9": harbor.example.com/user-ada/demo:v9: not found',
    'client.manifest-unknown',
  ],
  [
    'kubelet',
    'Warning  Failed   95s (x3 over 5m57s)  kubelet  Error: ImagePullBackOff\nNormal  BackOff  22s  kubelet  Back-off pulling image "harbor.example.com/user-ada/ui:v1"',
    'client.kubernetes-pull',
  ],
  [
    'kubelet',
    'Warning  FailedToRetrieveImagePullSecret  Unable to retrieve some image pull secrets (harbor-user-ada); attempting to pull the image may not succeed.',
    'client.pull-secret-absent',
  ],
  [
    'kubelet',
    'Failed to apply default image tag "harbor.example.com//demo": couldn\'t parse image name "harbor.example.com//demo": invalid reference format',
    'client.invalid-reference',
  ],
  [
    'kubelet on Docker Hub',
    'Failed to pull image "postgres:13": failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/postgres/manifests/sha256:…: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.',
    'client.rate-limited',
  ],
  [
    'crictl',
    'FATA[0000] pulling image: rpc error: code = Unknown desc = failed to pull and unpack image "harbor.example.com/kube/pause:3.5": failed to resolve reference "harbor.example.com/kube/pause:3.5": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    'client.denied',
  ],
  [
    'containerd',
    'failed to resolve reference "harbor.example.com/erp-hq/catalog-api:local": unexpected status from HEAD request to https://harbor.example.com/v2/erp-hq/catalog-api/manifests/local: 412 Precondition Failed',
    'client.policy',
  ],
];

/** What skopeo said to live Harbors while they were recorded. */
const RECORDED: Record<string, ClientCode> = {
  'push v1.0.0 again, same digest': 'client.tag-immutable',
  'push v1.0.0 again, other digest': 'client.tag-immutable',
  'may not move': 'client.tag-immutable',
  'push v1 while narrowed, other digest': 'client.tag-immutable',
  'push with a wrong password': 'client.unauthorized',
  "push to another user's project": 'client.no-permission',
  'push to a project that is absent': 'client.unauthorized',
  'push over quota': 'client.quota-exceeded',
  'read-only: push': 'client.read-only',
};

function recordedRefusals(): { name: string; says: string }[] {
  const file = join(__dirname, '../../test/contract/recordings/harbor-2.15.2.json');
  const { sections } = JSON.parse(readFileSync(file, 'utf8')) as {
    sections: Record<string, { name: string; says?: string; exit?: number }[]>;
  };
  return Object.values(sections)
    .flat()
    .flatMap(({ name, says, exit }) => (says !== undefined && exit !== 0 ? [{ name, says }] : []));
}

describe('recogniseClientMessage', () => {
  it.each(MESSAGES)('understands %s: %s', (_client, message, ...codes) => {
    expect(recogniseClientMessage(message)).toEqual(codes);
  });

  it('understands every refusal that was recorded', () => {
    const refusals = recordedRefusals();
    expect(new Set(refusals.map(({ name }) => name))).toEqual(new Set(Object.keys(RECORDED)));
    for (const { name, says } of refusals)
      expect([name, recogniseClientMessage(says)]).toEqual([name, [RECORDED[name]]]);
  });

  it.each(MESSAGES)(
    'does so in colours, wrapped, in a window’s title and in curly quotes: %s, %s',
    (_, message, ...codes) => {
      const dressed = message.replaceAll(' ', `${ESCAPE}[31m \r\n${ESCAPE}]0;title${String.fromCharCode(7)}`);
      expect(recogniseClientMessage(dressed)).toEqual(codes);
      expect(recogniseClientMessage(message.replace(/'([^']*)'/g, '‘$1’').toUpperCase())).toEqual(codes);
    },
  );

  it('says nothing of what it does not know, nor of success', () => {
    for (const message of [
      '',
      '   ',
      'Login Succeeded',
      'geoffrey pushed 413 images',
      'Storing signatures',
    ]) {
      expect(recogniseClientMessage(message)).toEqual([]);
    }
  });

  it('reads the last 16,384 characters', () => {
    const denied = 'denied: requested access to the resource is denied';
    expect(recogniseClientMessage(`${'x'.repeat(60_000)} ${denied}`)).toEqual(['client.denied']);
    expect(recogniseClientMessage(`${denied} ${'x'.repeat(16_384)}`)).toEqual([]);
  });

  it('answers for any text', () => {
    const words = fc.constantFrom(...MESSAGES.flatMap(([, message]) => message.split(' ')));
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(words).map((some) => some.join(' ')),
    );
    fc.assert(fc.property(text, (message) => Array.isArray(recogniseClientMessage(message))));
  });
});
