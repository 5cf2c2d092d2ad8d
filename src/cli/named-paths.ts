import { existsSync } from "node:fs";
import { UserError } from "../core/index.ts";
import type { Parse } from "./numbers.ts";

const pathOf = (entry: string): string => entry.slice(entry.indexOf("=") + 1);

/**
 * `NAME=PATH`, or a known name, as many as commas separate, after those of the same flag before. A path that has commas in
 * its name is taken whole where it is there, and nothing lies at its part before the first.
 * @throws UserError for a part of a path that is not there
 */
export const namedPaths =
  (known: () => readonly string[]): Parse<string[]> =>
  (flag) =>
  (text, before = []) => {
    const parts = text.split(",").map((part) => part.trim());
    const entries: string[] = [];
    for (let from = 0, to: number; from < parts.length; from = to) {
      to = from + 1;
      const joined = (end: number) => parts.slice(from, end).join(",");
      if (parts[from].includes("=") && !existsSync(pathOf(parts[from])))
        for (let end = parts.length; end > to; end--) if (existsSync(pathOf(joined(end)))) to = end;
      const [entry, next] = [joined(to), parts[to]];
      if (entry.includes("=") && next && !next.includes("=") && !known().includes(next))
        throw new UserError(
          `${flag} ${text}: a comma separates entries, and "${next}" is none; if it belongs to a path, nothing lies at ${pathOf(entry)},${next}, or something at ${pathOf(entry)}, too: give the path another name`,
        );
      if (entry !== "") entries.push(entry);
    }
    return [...before, ...entries];
  };
