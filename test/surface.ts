import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
// TypeScript 7 has no interface for programs; API Extractor brings the last version that has.
import type Typescript from "../node_modules/@microsoft/api-extractor/node_modules/typescript/lib/typescript.d.ts";

const require = createRequire(import.meta.url);
const ts: typeof Typescript = createRequire(require.resolve("@microsoft/api-extractor/package.json"))("typescript");

export const root = join(fileURLToPath(import.meta.url), "../..");

/** A name that the package exports. */
export interface Exported {
  /** The room's subpath: `""` for the package itself. */
  readonly room: string;
  readonly name: string;
  /** Whether it is there when the program runs: types are not. */
  readonly isValue: boolean;
  readonly documentation: string;
  readonly examples: readonly string[];
  /** Of the declaration, from the root. */
  readonly file: string;
}

/** Everything that the built package exports, by its `exports` and declaration files. */
export function publicSurface(): Exported[] {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    exports: Record<string, { types: string }>;
  };
  const rooms = Object.entries(exports).map(([subpath, { types }]) => [subpath.slice(2), join(root, types)] as const);
  const program = ts.createProgram(
    rooms.map(([, file]) => file),
    {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      strict: true,
      skipLibCheck: true,
      types: ["node"],
    },
  );
  const checker = program.getTypeChecker();
  return rooms.flatMap(([room, file]) => {
    const entry = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
    return checker.getExportsOfModule(entry).map((exported): Exported => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const tags = symbol.getJsDocTags(checker).filter(({ name }) => name === "example");
      return {
        room,
        name: exported.name,
        isValue: (symbol.flags & ts.SymbolFlags.Value) !== 0,
        documentation: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
        examples: tags.map(({ text }) => ts.displayPartsToString(text)),
        file: relative(root, symbol.declarations![0].getSourceFile().fileName).split(sep).join("/"),
      };
    });
  });
}
