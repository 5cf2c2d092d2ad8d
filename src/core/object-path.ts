/** Plain data, as of a config file. */
export type Tree = { [key: string]: any };

/**
 * The value at `a.b.c`; undefined where a part is missing.
 * @example
 * getPath({ optimizer: { momentum: 0.9 } }, "optimizer.momentum"); // 0.9
 */
export const getPath = (tree: Tree, path: string): any => path.split(".").reduce<any>((at, key) => at?.[key], tree);

/**
 * Sets the value at `a.b.c`; parts that are missing are made.
 * @example
 * const config = { optimizer: { momentum: 0.9 } };
 * setPath(config, "optimizer.momentum", 0.95);
 */
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
