/** What the robot logs in to the registry with. */
export interface RegistryLogin {
  username: string;
  password: string;
}

/** A Secret of Kubernetes, as `kubectl apply` takes it. */
export interface KubernetesSecret {
  apiVersion: 'v1';
  kind: 'Secret';
  metadata: { name: string };
  type: 'kubernetes.io/dockerconfigjson';
  data: { '.dockerconfigjson': string };
}

/** The text of a `config.json` that docker, podman, skopeo and containerd read. @param address `host[:port]` */
export function dockerConfigJson(address: string, { username, password }: RegistryLogin): string {
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  return JSON.stringify({ auths: { [address]: { username, password, auth } } });
}

/** @param name lower-case letters, digits and `-` */
export function kubernetesSecret(name: string, configJson: string): KubernetesSecret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(configJson).toString('base64') },
  };
}
