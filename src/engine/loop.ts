import { freshTogether, leavesOf } from "./arguments.ts";
import { type CompileOptions, compile } from "./compile.ts";
import type { ExampleOf, OnHost } from "./host-tree.ts";
import { asConstants, flattenTree } from "./jax-backend.ts";
import { ArraySpec, type Program } from "./program.ts";

/** A program that is run again and again, and that is fed what it has returned. */
export interface ProgramLoop<Carried, Fed, Told> {
  /** Runs once. What it tells are the loop's own arrays: the step after the next one writes over them. */
  step(fed: Fed): Promise<Told>;
  /** What is carried now. These are the loop's own arrays: the second step from now that moves one writes over it. */
  read(): Promise<Carried>;
  /** Goes on from these arrays. They are read, never written or kept beyond the next step that moves them. */
  write(carried: Partial<Carried>): Promise<void>;
  dispose(): Promise<void>;
}

export interface LoopOptions<In, Carry extends keyof In, Hold extends keyof In> extends CompileOptions {
  /** Names of results that are the next step's inputs of those names. The example holds where they begin. */
  readonly carry: readonly Carry[];
  /**
   * Names of inputs that are the same in every step, as the example has them: constants of the graph. Matrix products by
   * constants are faster, since ONNX Runtime orders them for its kernels once.
   */
  readonly hold?: readonly Hold[];
  /**
   * A loop whose carried arrays this one reads and moves, too: two programs that take turns. Inputs of those names come from
   * it, and the example says only what shapes they have.
   */
  readonly sharing?: ProgramLoop<object, never, unknown>;
}

type Named = Readonly<Record<string, unknown>>;
type Traced = Record<string, any>;

/**
 * Compiles a function of named inputs that returns named results, for running in a loop.
 *
 * Carried arrays are never copied: two generations of them take turns, so that a step reads one and writes the other.
 *
 * @throws TypeError naming what is carried or held and does not exist, or whose shape or dtype as a result is not that as
 * an input.
 * @example
 * import { numpy as np, valueAndGrad } from "@jax-js/jax";
 * const lossOf = (w: np.Array, x: np.Array) => np.mean(np.square(np.matmul(x, w)));
 * const descend = ({ w, x }: { w: np.Array; x: np.Array }) => {
 *   const [loss, gradient] = valueAndGrad(lossOf)(w.ref, x);
 *   return { w: np.subtract(w, np.multiply(gradient, 0.1)), loss };
 * };
 * const loop = await compileLoop(descend, { w: HostArray.zeros([4]), x: new ArraySpec([8, 4]) }, { carry: ["w"] });
 * const x = HostArray.zeros([8, 4]); // one batch after another
 * for (let i = 0; i < 3; i++) console.log((await loop.step({ x })).loss.data[0]);
 * const { w } = await loop.read();
 */
export async function compileLoop<
  In extends object,
  Out extends object,
  Carry extends string & keyof In & keyof Out = never,
  Hold extends string & keyof In = never,
  Shared = unknown,
>(
  fn: (inputs: In) => Out,
  example: NoInfer<ExampleOf<In>>,
  {
    carry,
    hold = [],
    sharing,
    ...options
  }: LoopOptions<In, Carry, Hold> & { readonly sharing?: ProgramLoop<Shared, never, unknown> },
): Promise<
  ProgramLoop<OnHost<Pick<In, Carry>>, OnHost<Omit<In, Carry | Hold | keyof Shared>>, OnHost<Omit<Out, Carry>>>
> {
  const given = example as Named;
  for (const name of [...carry, ...hold])
    if (!(name in given)) throw new TypeError(`loop: ${name} is none of the inputs (${Object.keys(given).join(", ")})`);
  const held = named(hold, (name) => given[name]);
  const start = named(carry, (name) => given[name]);
  const store = sharing instanceof Loop ? sharing.store : new CarriedArrays();
  requireArrays(held, "held");
  requireArrays(
    named(
      carry.filter((name) => !store.has(name)),
      (name) => given[name],
    ),
    "carried",
  );
  const others = omit(given, hold);
  for (const name of Object.keys(others))
    if (store.has(name)) requireSame(name, store.now(name), others, "what is shared");
  const program = (await compile(
    (inputs: Traced) => fn({ ...inputs, ...(asConstants(held) as object) } as In) as Traced,
    [others] as never,
    options,
  )) as unknown as Program<[Named], Named>;
  try {
    for (const name of carry) requireSame(name, given[name], program.resultSpecs);
  } catch (error) {
    await program.dispose();
    throw error;
  }
  return new Loop(program, { store, start, inputs: Object.keys(others) }) as never;
}

type Tree = unknown;

/** Arrays that steps move: what each name has now, and the two generations that take turns. */
class CarriedArrays {
  readonly #now = new Map<string, Tree>();
  readonly #own = new Map<string, { generations: Tree[]; turn: 0 | 1 }>();

  has(name: string): boolean {
    return this.#now.has(name);
  }

  names(): string[] {
    return [...this.#now.keys()];
  }

  now(name: string): Tree {
    return this.#now.get(name);
  }

  set(name: string, tree: Tree): void {
    this.#now.set(name, tree);
  }

  /** Arrays that a step may write into: not those of now. */
  next(name: string): Tree {
    let own = this.#own.get(name);
    if (!own) {
      own = { generations: [0, 1].map(() => fresh(this.#now.get(name))), turn: 0 };
      this.#own.set(name, own);
    }
    return own.generations[own.turn];
  }

  /** What is carried from now on, written into `next`, which takes turns. */
  move(name: string, tree: Tree): void {
    this.#now.set(name, tree);
    const own = this.#own.get(name);
    if (own) own.turn = own.turn === 0 ? 1 : 0;
  }
}

interface LoopParts {
  readonly store: CarriedArrays;
  /** What is carried, where it begins. */
  readonly start: Named;
  /** Names of the program's inputs. */
  readonly inputs: readonly string[];
}

class Loop implements ProgramLoop<Named, Named, Named> {
  readonly store: CarriedArrays;
  readonly #program: Program<[Named], Named>;
  readonly #inputs: readonly string[];
  readonly #carry: readonly string[];
  /** What is told takes turns, too. */
  #told: Named[];

  constructor(program: Program<[Named], Named>, { store, start, inputs }: LoopParts) {
    this.store = store;
    this.#program = program;
    this.#inputs = inputs;
    this.#carry = Object.keys(start);
    for (const name of this.#carry) if (!store.has(name)) store.set(name, start[name]);
    const told = omit(program.resultSpecs as Named, this.#carry);
    this.#told = [0, 1].map(() => fresh(told) as Named);
  }

  async step(fed: Named): Promise<Named> {
    const { store } = this;
    const carried = this.#inputs.filter((name) => store.has(name));
    const [told, later] = this.#told;
    const result = await this.#program.run([{ ...fed, ...named(carried, (name) => store.now(name)) }], {
      into: { ...told, ...named(this.#carry, (name) => store.next(name)) },
    });
    for (const name of this.#carry) store.move(name, result[name]);
    this.#told = [later, told];
    return omit(result, this.#carry);
  }

  async read(): Promise<Named> {
    return named(this.store.names(), (name) => this.store.now(name));
  }

  async write(carried: Named): Promise<void> {
    for (const name of Object.keys(carried)) {
      if (!this.store.has(name))
        throw new TypeError(`loop: ${name} is not carried (${this.store.names().join(", ")} are)`);
      requireSame(name, this.store.now(name), carried, "what is carried");
    }
    for (const [name, tree] of Object.entries(carried)) this.store.set(name, tree);
  }

  dispose(): Promise<void> {
    return this.#program.dispose();
  }
}

/** @throws TypeError where the arrays at `name` are not those of `results`, in number, place, shape or dtype. */
function requireSame(name: string, wanted: Tree, results: Tree, as = "an input"): void {
  const described = (tree: Tree) =>
    new Map(
      leavesOf(tree).map(({ path, spec: { dtype, shape } }) => [[name, ...path].join("."), `${dtype}[${shape}]`]),
    );
  const found = (results as Named)[name];
  if (found === undefined)
    throw new TypeError(`loop: ${name} is none of the results (${Object.keys(results as Named).join(", ")})`);
  const [inputs, outputs] = [described(wanted), described(found)];
  for (const path of new Set([...inputs.keys(), ...outputs.keys()]))
    if (inputs.get(path) !== outputs.get(path))
      throw new TypeError(
        `loop: ${path} is ${outputs.get(path) ?? "missing"}, but ${inputs.get(path) ?? "missing"} as ${as}; what is carried keeps its shape and dtype`,
      );
}

function requireArrays(tree: Named, what: string): void {
  for (const [name, value] of Object.entries(tree))
    if (flattenTree(value)[0].some((leaf) => leaf instanceof ArraySpec))
      throw new TypeError(`loop: ${name} is ${what}, so the example must hold its arrays, not only their shapes`);
}

function fresh(tree: Tree): Tree {
  const [, rebuild] = flattenTree(tree);
  return rebuild(freshTogether(leavesOf(tree)));
}

const named = (names: readonly string[], of: (name: string) => unknown): Named =>
  Object.fromEntries(names.map((name) => [name, of(name)]));
const omit = (tree: Named, names: readonly string[]): Named =>
  Object.fromEntries(Object.entries(tree).filter(([name]) => !names.includes(name)));
