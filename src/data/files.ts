import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { UserError } from "../core/index.ts";

/** Lower-case hexadecimal digest. */
export const digest = (algorithm: "md5" | "sha1" | "sha256", bytes: Uint8Array): string =>
  createHash(algorithm).update(bytes).digest("hex");

/** @throws UserError naming the file where it cannot be read. */
export function readNamed(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${readReason(error)}`);
  }
}

/** Why a file could not be read, in words. */
export function readReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "no such file or folder";
  if (code === "EACCES" || code === "EPERM") return "permission denied";
  if (code === "EISDIR") return "it is a folder";
  if (code === "ENOTDIR") return "it is not a folder";
  return message;
}

const require = createRequire(import.meta.url);

/** Path of a file inside an installed npm package. @throws UserError where the package is missing. */
export function packageFile(packageName: string, file: string): string {
  try {
    return require.resolve(`${packageName}/${file}`);
  } catch {
    // Packages of data are optional; which version belongs to this one is asked only where one is missing.
    const { peerDependencies } = require("../../package.json") as { peerDependencies: Record<string, string> };
    const version = peerDependencies[packageName];
    const wanted = version ? `${packageName}@${version}` : packageName;
    throw new UserError(
      `the npm package ${packageName} with its ${file} is not installed; run \`npm install ${wanted}\``,
    );
  }
}
