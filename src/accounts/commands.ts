export interface PushCommands {
  login: string;
  tag: string;
  push: string;
}

/** What a person pastes into a terminal to push a first image; without the password, which docker asks for. */
export function pushCommands(address: string, username: string, project: string): PushCommands {
  const link = `${address}/${project}/demo:v1`;
  return {
    login: `docker login ${address} --username ${username}`,
    tag: `docker tag demo:v1 ${link}`,
    push: `docker push ${link}`,
  };
}
