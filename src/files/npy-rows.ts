import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { UserError } from "../core/errors.ts";
import { elementsOf, type NpyData, type NpyType, requireType } from "./npy.ts";
import { type NpyHeader, npyHeaderBytes, readNpyHeader } from "./npy-header.ts";

/**
 * A NumPy file of two axes that is read a block of rows at a time, so that it need not fit into memory.
 * @example
 * using file = new NpyRows("features.npy", "f4", "f8");
 * for (let at = 0; at < file.rows; at += 1000) use(file.read(at, Math.min(1000, file.rows - at)));
 */
export class NpyRows<D extends NpyType> implements Disposable {
  /** N */
  readonly rows: number;
  /** D */
  readonly width: number;
  readonly #file: number;
  readonly #header: NpyHeader;
  readonly #type: D;

  /** @throws UserError for a missing, truncated or foreign file, another element type or number of axes, or Fortran order. */
  constructor(
    readonly path: string,
    ...wanted: readonly D[]
  ) {
    this.#file = opened(path);
    try {
      this.#header = readNpyHeader(path, headerOf(this.#file));
      this.#type = requireType(path, this.#header, wanted);
      const { shape, offset } = this.#header;
      if (shape.length !== 2)
        throw new UserError(`${path}: shape [${shape.join(", ")}]; two axes are needed, a row an image`);
      [this.rows, this.width] = shape;
      const found = fstatSync(this.#file).size - offset;
      if (found !== this.rows * this.#rowBytes)
        throw new UserError(
          `${path}: ${found} bytes of values, but its header says [${shape.join(", ")}]; the file is truncated or has trailing bytes`,
        );
    } catch (error) {
      closeSync(this.#file);
      throw error;
    }
  }

  get #rowBytes(): number {
    return this.width * Number(this.#type.slice(1));
  }

  /** [count × D] from row `from` on. @throws RangeError for rows that are not there. */
  read(from: number, count: number): NpyData[D] {
    if (!(from >= 0 && count >= 0 && from + count <= this.rows))
      throw new RangeError(`${this.path}: rows ${from} to ${from + count} of ${this.rows}`);
    const bytes = Buffer.from(new ArrayBuffer(count * this.#rowBytes));
    const start = this.#header.offset + from * this.#rowBytes;
    for (let at = 0; at < bytes.length; ) {
      const got = readSync(this.#file, bytes, at, bytes.length - at, start + at);
      if (got === 0) throw new UserError(`${this.path}: it became shorter while it was read`);
      at += got;
    }
    return elementsOf(this.#type, this.#header, bytes);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}

function opened(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? error}`);
  }
}

/** As many bytes as the header takes, or all that there are. */
function headerOf(file: number): Buffer {
  const start = Buffer.alloc(12);
  const got = readSync(file, start, 0, 12, 0);
  const bytes = Buffer.alloc(npyHeaderBytes(start.subarray(0, got)));
  return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
}
