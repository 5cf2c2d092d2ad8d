/** Plain data, as of a config file. */
export type Tree = { [key: string]: any };

/** The value at `a.b.c`; undefined where a part is missing. */
export const getPath = (tree: Tree, path: string): any => path.split(".").reduce<any>((at, key) => at?.[key], tree);

/** Sets the value at `a.b.c`; parts that are missing are made. */
export function setPath(tree: Tree, path: string, value: unknown): void {
  const keys = path.split(".");
  const last = keys.pop()!;
  let at = tree;
  for (const key of keys) {
    at[key] ??= {};
    at = at[key];
  }
  at[last] = value;
}
