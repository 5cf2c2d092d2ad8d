import { existsSync } from "node:fs";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "../core/index.ts";
import { importingModule } from "../core/internal.ts";

/**
 * Imports a module of the user's own: it runs, and may register things.
 * @param source what named the module, for the message: a flag, say
 * @throws UserError naming the source, the file and what went wrong
 */
export async function importModule(path: string, source?: string): Promise<Record<string, unknown>> {
  const file = resolve(path);
  const named = source === undefined ? path : `${source} ${path}`;
  if (!existsSync(file)) throw new UserError(`${named}: no such file`);
  try {
    return await importingModule(file, () => import(pathToFileURL(file).href));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_UNKNOWN_FILE_EXTENSION")
      throw new UserError(
        `${named}: Node ${process.versions.node} cannot read ${extname(path) || "this"} files; use .json or .js`,
      );
    throw new UserError(`${named}: ${message}`);
  }
}

/**
 * Imports modules of the user's own, one after the other, so that what they register is known here and in the threads
 * that augment and corrupt images.
 * @throws UserError for a file that is not there or fails
 * @example
 * await importModules(["my-model.mjs"]); // it calls registerModel("my-model", …)
 * resolveConfig({ data: { name: "emoji" }, model: "my-model" });
 */
export async function importModules(paths: readonly string[], source = "import"): Promise<void> {
  for (const path of paths) await importModule(path, source);
}
