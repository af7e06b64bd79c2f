import type { Platform } from '../harbor/harbor.types';

/** Those that the nodes run, one for each platform of theirs, in the order of the configuration. */
export function platformsRun<T extends Platform>(
  platforms: readonly T[],
  sitePlatforms: readonly string[],
): T[] {
  const found = sitePlatforms.flatMap((site) => platforms.find((one) => fits(platformName(one), site)) ?? []);
  return [...new Set(found)];
}

/** The platform whose config tells about an index: one that the nodes can run, else its first. */
export function tellingPlatform<T extends Platform>(
  platforms: readonly T[],
  sitePlatforms: readonly string[],
): T | null {
  return platformsRun(platforms, sitePlatforms)[0] ?? platforms[0] ?? null;
}

export function platformName({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

export function fits(platform: string, site: string): boolean {
  return platform === site || platform.startsWith(`${site}/`);
}
