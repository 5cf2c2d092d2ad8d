import { resolve, sep } from "node:path";

/**
 * What to call folders: the last parts of each one's path, as many as tell it from folders of the same name.
 * @example distinctNames(["a/run", "b/run", "other"]); // ["a/run", "b/run", "other"]
 */
export function distinctNames(folders: readonly string[]): string[] {
  const paths = folders.map((folder) => resolve(folder).split(sep));
  const suffix = (path: readonly string[], parts: number) => path.slice(-parts).join("/");
  return paths.map((path) => {
    const others = paths.filter((other) => other.join() !== path.join());
    let parts = 1;
    while (parts < path.length && others.some((other) => suffix(other, parts) === suffix(path, parts))) parts++;
    return suffix(path, parts);
  });
}
