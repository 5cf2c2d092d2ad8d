import { UserError } from "../core/index.ts";

/** An array of NumPy's bytes (dtype uint8). */
export interface PickledArray {
  readonly shape: readonly number[];
  /** [product of the shape], row by row: a view into the file. */
  readonly data: Uint8Array;
}

/** Lists are arrays, dictionaries are maps; strings of Python 2 are text, one character for each byte. */
export type Pickled = string | number | boolean | null | Pickled[] | Map<Pickled, Pickled> | PickledArray;

/** What stands on the machine's stack: values, and what only makes others. */
type Item = Pickled | Mark | Global | Tuple | Unbuilt | Bytes;

class Mark {}
const mark = new Mark();

/** The only names that a pickle may call for; they are known here, nothing is looked up. */
const known = ["numpy.core.multiarray _reconstruct", "numpy ndarray", "numpy dtype"] as const;

class Global {
  constructor(readonly name: (typeof known)[number]) {}
}

class Tuple {
  constructor(readonly items: readonly Item[]) {}
}

/** A string of Python 2, which may be text or an array's bytes. */
class Bytes {
  constructor(readonly data: Uint8Array) {}
}

/** An array or a type of elements before its state is set. */
class Unbuilt {
  array: PickledArray | undefined;
  constructor(
    readonly kind: "array" | "dtype",
    readonly element = "",
  ) {}
}

/** Damaged, or more than is understood; in words without the file. */
class Refused extends Error {}

/**
 * A pickle of plain values and arrays of bytes, as Python 2 wrote CIFAR's batches (protocol 2). Nothing is executed: names in
 * the file are compared with the three that NumPy's arrays need, and any other name or operation is refused. Source: CPython's
 * Lib/pickletools.py.
 * @throws UserError naming the file for any other content, and where it ends early
 */
export function readPickle(bytes: Uint8Array, path: string): Pickled {
  try {
    return new Machine(bytes).run();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new UserError(`${path}: ${error.message}; only pickles as CIFAR publishes them are read, fetch the original`);
  }
}

class Machine {
  private at = 0;
  private readonly stack: Item[] = [];
  private readonly memo = new Map<number, Item>();
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): Pickled {
    if (this.next() !== 0x80 || this.next() !== 2) throw new Refused("not a pickle of protocol 2");
    for (;;) {
      const code = String.fromCharCode(this.next());
      if (code === ".") return toPlain(this.pop());
      const operation = operations[code];
      if (!operation) throw new Refused(`pickle operation 0x${code.charCodeAt(0).toString(16)} at byte ${this.at - 1}`);
      operation(this);
    }
  }

  next(): number {
    return this.take(1)[0];
  }

  /** A view of so many bytes. */
  take(length: number): Uint8Array {
    if (!(length >= 0 && this.at + length <= this.bytes.length))
      throw new Refused(`the pickle ends at byte ${this.bytes.length}, within a value`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  int32(): number {
    this.take(4);
    return this.view.getInt32(this.at - 4, true);
  }

  uint16(): number {
    this.take(2);
    return this.view.getUint16(this.at - 2, true);
  }

  line(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0 || end - this.at > 100) throw new Refused(`a name without an end at byte ${this.at}`);
    const text = Buffer.from(this.take(end - this.at)).toString("latin1");
    this.take(1);
    return text;
  }

  push(item: Item): void {
    this.stack.push(item);
  }

  pop(): Item {
    const item = this.stack.pop();
    if (item === undefined) throw new Refused(`an empty stack at byte ${this.at}`);
    return item;
  }

  /** What lies above the last mark, which goes too. */
  popToMark(): Item[] {
    const place = this.stack.lastIndexOf(mark);
    if (place < 0) throw new Refused(`no mark at byte ${this.at}`);
    const items = this.stack.splice(place);
    return items.slice(1);
  }

  remember(key: number): void {
    const item = this.pop();
    this.push(item);
    this.memo.set(key, item);
  }

  recall(key: number): void {
    const item = this.memo.get(key);
    if (item === undefined) throw new Refused(`nothing is remembered as ${key} at byte ${this.at}`);
    this.push(item);
  }
}

/** By opcode. Those of protocol 2 that Python 2 writes for dictionaries, lists, numbers, text and arrays. */
const operations: Readonly<Record<string, (machine: Machine) => void>> = {
  "(": (m) => m.push(mark),
  N: (m) => m.push(null),
  "\x88": (m) => m.push(true),
  "\x89": (m) => m.push(false),
  K: (m) => m.push(m.next()),
  M: (m) => m.push(m.uint16()),
  J: (m) => m.push(m.int32()),
  U: (m) => m.push(new Bytes(m.take(m.next()))),
  T: (m) => m.push(new Bytes(m.take(m.int32()))),
  X: (m) => m.push(Buffer.from(m.take(m.int32())).toString("utf8")),
  q: (m) => m.remember(m.next()),
  r: (m) => m.remember(m.int32()),
  h: (m) => m.recall(m.next()),
  j: (m) => m.recall(m.int32()),
  "}": (m) => m.push(new Map()),
  "]": (m) => m.push([]),
  ")": (m) => m.push(new Tuple([])),
  "\x85": (m) => m.push(new Tuple([m.pop()])),
  "\x86": (m) => m.push(new Tuple([m.pop(), m.pop()].reverse())),
  "\x87": (m) => m.push(new Tuple([m.pop(), m.pop(), m.pop()].reverse())),
  t: (m) => m.push(new Tuple(m.popToMark())),
  a: (m) => append(m, [m.pop()]),
  e: (m) => append(m, m.popToMark()),
  s: (m) => setItems(m, [m.pop(), m.pop()].reverse()),
  u: (m) => setItems(m, m.popToMark()),
  c(m) {
    const name = `${m.line()} ${m.line()}`;
    const global = known.find((one) => one === name);
    if (!global) throw new Refused(`it calls for ${name.replace(" ", ".")}`);
    m.push(new Global(global));
  },
  R(m) {
    const args = m.pop();
    m.push(made(m.pop(), args));
  },
  b(m) {
    const state = m.pop();
    const object = m.pop();
    if (!(object instanceof Unbuilt && state instanceof Tuple)) throw new Refused("a state of what is no array");
    if (object.kind === "array") object.array = arrayOf(state.items);
    m.push(object);
  },
};

function append(m: Machine, items: readonly Item[]): void {
  const list = m.pop();
  if (!Array.isArray(list)) throw new Refused("a value is appended to what is no list");
  for (const item of items) list.push(toPlain(item));
  m.push(list);
}

function setItems(m: Machine, items: readonly Item[]): void {
  const map = m.pop();
  if (!(map instanceof Map) || items.length % 2 > 0) throw new Refused("a value is set in what is no dictionary");
  for (let i = 0; i < items.length; i += 2) map.set(toPlain(items[i]), toPlain(items[i + 1]));
  m.push(map);
}

/** A call of one of the three names. */
function made(callee: Item, args: Item): Unbuilt {
  if (!(callee instanceof Global && args instanceof Tuple)) throw new Refused("a call of what is no name");
  const [first] = args.items;
  if (callee.name === "numpy.core.multiarray _reconstruct" && first instanceof Global && first.name === "numpy ndarray")
    return new Unbuilt("array");
  if (callee.name === "numpy dtype" && first instanceof Bytes) return new Unbuilt("dtype", textOf(first));
  throw new Refused(`a call of ${callee.name.replace(" ", ".")} that makes no array`);
}

/** State of an array: version, shape, type of elements, whether column by column, bytes. */
function arrayOf([, shape, element, byColumns, content]: readonly Item[]): PickledArray {
  const sizes = shape instanceof Tuple ? shape.items : [];
  if (!sizes.every((size) => typeof size === "number" && size >= 0)) throw new Refused("an array without a shape");
  if (!(element instanceof Unbuilt && element.element === "u1"))
    throw new Refused("an array of other elements than bytes (uint8)");
  if (byColumns !== false) throw new Refused("an array that is stored column by column");
  const count = (sizes as number[]).reduce((product, size) => product * size, 1);
  if (!(content instanceof Bytes) || content.data.length !== count)
    throw new Refused(
      `an array of shape ${sizes.join("×")} with ${content instanceof Bytes ? content.data.length : "no"} bytes`,
    );
  return { shape: sizes as number[], data: content.data };
}

const textOf = ({ data }: Bytes): string => Buffer.from(data).toString("latin1");

function toPlain(item: Item): Pickled {
  if (item instanceof Bytes) return textOf(item);
  if (item instanceof Unbuilt && item.array) return item.array;
  if (item instanceof Mark || item instanceof Unbuilt || item instanceof Global || item instanceof Tuple)
    throw new Refused("a value that is neither plain nor an array");
  return item;
}
