import type { Config } from '../config/config';
import { ok, problem, warning, type Finding } from './finding';
import { probe, ProbeFailure, type ProbeAnswer } from './http-probe';
import { networkAdvice } from './network-advice';

const TIMEOUT_MS = 5000;

/** Do people reach Berth under PUBLIC_URL, and docker the registry under REGISTRY_ADDRESS? */
export async function examineAddresses(config: Config): Promise<Finding[]> {
  return [...(await examinePublicUrl(config)), ...(await examineRegistryAddress(config))];
}

async function examinePublicUrl({ http }: Config): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (http.publicUrl.startsWith('http:')) {
    findings.push(
      warning(
        'PUBLIC_URL is http://',
        'passwords and tokens of people travel unencrypted',
        'Put a proxy with TLS in front of Berth and set PUBLIC_URL to its https:// address.',
      ),
    );
  }
  const answer = await tryProbe(`${http.publicUrl}/api/v1/health/live`, null);
  if (answer instanceof ProbeFailure) {
    findings.push(
      warning(
        `PUBLIC_URL gives no answer (${answer.reason})`,
        'either Berth is not running now, or people do not reach it there',
        `If Berth is running: ${networkAdvice(answer.reason, { url: 'PUBLIC_URL', ca: null })}`,
      ),
    );
  } else if (isAlive(answer)) {
    findings.push(ok('PUBLIC_URL leads to a running Berth'));
  } else {
    findings.push(
      problem(
        `PUBLIC_URL answers ${answer.status}, and not as Berth does`,
        'something else is there: people do not reach Berth, and links in its answers are wrong',
        'Let the proxy pass /api/ on to Berth unchanged, or correct PUBLIC_URL.',
      ),
    );
  }
  return findings;
}

function isAlive({ body }: ProbeAnswer): boolean {
  return /^\{"status":"alive"/.test(body);
}

async function examineRegistryAddress({ harbor, registry }: Config): Promise<Finding[]> {
  const scheme = harbor.url.startsWith('https:') ? 'https' : 'http';
  const answer = await tryProbe(`${scheme}://${registry.address}/v2/`, harbor.ca);
  if (answer instanceof ProbeFailure) {
    return [
      problem(
        `REGISTRY_ADDRESS (${registry.address}) gives no answer (${answer.reason})`,
        'docker login, push and pull fail for people who copy it from Berth',
        networkAdvice(answer.reason, { url: 'REGISTRY_ADDRESS', ca: 'HARBOR_CA_FILE' }),
      ),
    ];
  }
  const realm = /realm="([^"]*)"/.exec(answer.challenge)?.[1];
  const isHarbor = /^Bearer .*service="harbor-registry"/.test(answer.challenge);
  if (!isHarbor || realm === undefined) {
    return [
      problem(
        `REGISTRY_ADDRESS (${registry.address}) does not answer as Harbor’s registry does (${answer.status})`,
        'docker login, push and pull fail there',
        'Set REGISTRY_ADDRESS to host[:port] as in "docker login", and let the proxy pass /v2/ and /service/ to Harbor.',
      ),
    ];
  }
  return [
    ok(`REGISTRY_ADDRESS (${registry.address}) is a Harbor registry`),
    ...examineRealm(realm, registry.address),
  ];
}

/** Harbor sends clients to its `external_url` for a token: a wrong one breaks logins while everything else works. */
function examineRealm(realm: string, address: string): Finding[] {
  const host = URL.canParse(realm) ? new URL(realm).host : realm;
  if (host === address) return [];
  return [
    warning(
      `the registry sends clients to ${host} for their token, not to ${address}`,
      'docker login fails wherever that host is not reachable, or has no trusted certificate',
      'Set external_url in harbor.yml to the address that people use, or REGISTRY_ADDRESS to that of Harbor.',
    ),
  ];
}

async function tryProbe(url: string, ca: string | null): Promise<ProbeAnswer | ProbeFailure> {
  try {
    return await probe(url, ca, TIMEOUT_MS);
  } catch (error) {
    if (error instanceof ProbeFailure) return error;
    throw error;
  }
}
