import { getServerVariable } from './environment';

/** The path of the skopeo program. */
export function skopeo(): string {
  return getServerVariable('BERTH_TEST_SKOPEO');
}
