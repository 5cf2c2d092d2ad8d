import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * Where data sets and caches lie: `ANCHORED_DATA`, else `anchored-vision` in the user's cache folder
 * (`XDG_CACHE_HOME` or `~/.cache`; `~/Library/Caches` on macOS; `%LOCALAPPDATA%` on Windows).
 * @example
 * console.log(`data sets are kept in ${defaultDataDir()}`);
 */
export function defaultDataDir(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (env.ANCHORED_DATA) return env.ANCHORED_DATA;
  // The XDG specification says to ignore relative paths.
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return join(env.XDG_CACHE_HOME, "anchored-vision");
  if (platform === "darwin") return join(homedir(), "Library", "Caches", "anchored-vision");
  if (platform === "win32" && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, "anchored-vision");
  return join(homedir(), ".cache", "anchored-vision");
}
