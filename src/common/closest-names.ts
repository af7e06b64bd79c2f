/** The names most like what was typed, the likest first; of equally like ones, the first in the list. */
export function closestNames(typed: string, names: readonly string[], count = 3): string[] {
  return names
    .map((name) => ({ name, distance: distance(typed, name) }))
    .sort((one, other) => one.distance - other.distance)
    .slice(0, count)
    .map(({ name }) => name);
}

/** How many letters to add, drop or change (Levenshtein); another case costs half. */
function distance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      current.push(
        Math.min(
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (previous[column - 1] ?? 0) + changeCost(one.charAt(row - 1), other.charAt(column - 1)),
        ),
      );
    }
    previous = current;
  }
  return previous[other.length] ?? 0;
}

function changeCost(from: string, to: string): number {
  if (from === to) return 0;
  return from.toLowerCase() === to.toLowerCase() ? 0.5 : 1;
}
