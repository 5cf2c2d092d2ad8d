import { UserError } from "../core/errors.ts";

/** What the header of a NumPy file says (numpy.lib.format, versions 1 to 3). */
export interface NpyHeader {
  /** Byte order and type as in `<f4`: of `<`, `>` and `|`, and NumPy's code. */
  readonly order: string;
  readonly code: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the values begin. */
  readonly offset: number;
}

/** Files that are given in place of a NumPy file, by how they begin. */
const otherFiles: readonly (readonly [start: string, is: string])[] = [
  ["PK\x03\x04", "a zip archive, as .npz files and PyTorch's .pt files are; save the one array with numpy.save"],
  ["\x80", "a Python pickle; save the array with numpy.save"],
  ["\x89HDF", "an HDF5 file; save the array with numpy.save"],
];

/** How many bytes the header takes, by the file's first 12; at least those. */
export function npyHeaderBytes(start: Buffer): number {
  if (start.length < 12 || start.toString("latin1", 0, 6) !== "\x93NUMPY") return start.length;
  return start[6] === 1 ? 10 + start.readUInt16LE(8) : 12 + start.readUInt32LE(8);
}

/** @throws UserError for a file that is no NumPy file, or holds no plain numbers. */
export function readNpyHeader(path: string, bytes: Buffer): NpyHeader {
  const start = bytes.toString("latin1", 0, 6);
  for (const [other, is] of otherFiles) if (start.startsWith(other)) throw new UserError(`${path}: ${is}`);
  if (start !== "\x93NUMPY") throw new UserError(`${path}: not a NumPy file, for it does not begin with \\x93NUMPY`);
  const truncated = () => new UserError(`${path}: truncated within its header`);
  if (bytes.length < 12) throw truncated();
  const version = bytes[6];
  if (version < 1 || version > 3)
    throw new UserError(`${path}: version ${version} of NumPy's format; 1 to 3 are read. Save it with numpy.save`);
  const from = version === 1 ? 10 : 12;
  const offset = npyHeaderBytes(bytes);
  if (bytes.length < offset) throw truncated();
  const text = bytes.toString("latin1", from, offset);
  const descr = /['"]descr['"]\s*:\s*(?:['"]([<>|=]?)(\w+)['"]|(\[))/.exec(text);
  // NumPy under Python 2 wrote long integers: (200L, 4L).
  const sizes = /['"]shape['"]\s*:\s*\(((?:\s*\d+L?\s*,?)*)\s*\)/.exec(text);
  if (!descr || !sizes) throw new UserError(`${path}: its header is damaged: ${text.trim().slice(0, 80)}`);
  const [, order, code, structured] = descr;
  if (structured) {
    const fields = [...text.matchAll(/\(\s*['"]([^'"]+)['"]/g)].map(([, name]) => name);
    throw new UserError(
      `${path}: a structured array with the fields ${fields.join(", ")}; save plain numbers, e.g. array["${fields[0]}"]`,
    );
  }
  if (code.startsWith("O"))
    throw new UserError(
      `${path}: an array of Python objects, which is a pickle; save numbers, e.g. numpy.asarray(array, dtype="float32")`,
    );
  return {
    order,
    code,
    fortranOrder: /['"]fortran_order['"]\s*:\s*True/.test(text),
    shape: (sizes[1].match(/\d+/g) ?? []).map(Number),
    offset,
  };
}
