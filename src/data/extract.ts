import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { UserError } from "../core/index.ts";
import { writeFileAtomic } from "../files/internal.ts";
import { tarFiles } from "./tar.ts";

/**
 * Writes files of a folder within a .tar.gz into `to`, and nothing else.
 * @throws UserError for an archive that is damaged, or holds not all of them
 */
export async function extractNamed(
  archive: string,
  within: string,
  names: readonly string[],
  to: string,
): Promise<void> {
  const missing = new Set(names);
  const unpacked = await promisify(gunzip)(await readFile(archive)).catch((error: Error) => {
    throw new UserError(`${archive}: not a complete gzip file (${error.message}); delete it and fetch it again`);
  });
  for (const { name, data } of tarFiles(unpacked, archive)) {
    const path = name.replace(/^\.\//, "");
    const file = path.slice(within.length + 1);
    if (path === `${within}/${file}` && missing.delete(file)) writeFileAtomic(join(to, file), data);
  }
  if (missing.size > 0) throw new UserError(`${archive}: holds no ${[...missing].join(", ")}`);
}
