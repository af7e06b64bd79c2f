import type { ImageConfig } from './harbor.types';

/**
 * Reads what Harbor repeats of an image's config (`extra_attrs`). It is the content of whoever pushed the image:
 * what is not of its expected shape is left out, and never makes the artifact unreadable.
 */
export function imageConfig(attributes: Readonly<Record<string, unknown>>): ImageConfig {
  const config = isRecord(attributes.config) ? attributes.config : {};
  return {
    createdAt: timeIn(attributes.created),
    env: textsIn(config.Env),
    entryPoint: textsIn(config.Entrypoint),
    command: textsIn(config.Cmd),
    exposedPorts: isRecord(config.ExposedPorts) ? Object.keys(config.ExposedPorts) : [],
    labels: annotations(config.Labels),
  };
}

/** Those whose values are text. */
export function annotations(found: unknown): Record<string, string> {
  if (!isRecord(found)) return {};
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}

/** Reproducible builds say 1970, or the year 1: no time at all. */
function timeIn(value: unknown): Date | null {
  const at = typeof value === 'string' ? new Date(value) : null;
  return at !== null && at.getTime() > 0 && at.getUTCFullYear() < 10_000 ? at : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
