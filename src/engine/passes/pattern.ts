import type { Lowering } from "../lower/lowering.ts";
import { type Atom, isLiteral, type PrimitiveName } from "../trace.ts";

/** Whether `atom` is the number `value`, as float32 rounds it. */
export const isNumber = (atom: Atom, value: number): boolean =>
  isLiteral(atom) && Math.fround(atom.value) === Math.fround(value);

/** Where `atom` is `primitive` of one operand: that operand. */
export const operandOf = (lowering: Lowering, atom: Atom, primitive: `${PrimitiveName}`): Atom | undefined =>
  lowering.producer(atom, primitive)?.inputs[0];

/** Where `atom` is `primitive` of two operands, one of which fits: the other one. */
export function operandBeside(
  lowering: Lowering,
  atom: Atom,
  primitive: "add" | "mul",
  fits: (operand: Atom) => boolean,
): Atom | undefined {
  const [a, b] = lowering.producer(atom, primitive as PrimitiveName)?.inputs ?? [];
  if (a === undefined) return undefined;
  if (fits(b)) return a;
  return fits(a) ? b : undefined;
}

/** Where `atom` is x · `factor`: x. */
export const scaled = (lowering: Lowering, atom: Atom, factor: number): Atom | undefined =>
  operandBeside(lowering, atom, "mul", (operand) => isNumber(operand, factor));

/** Both orders of two operands; none where there are no two. */
export const eitherWay = ([a, b]: readonly Atom[] = []): readonly (readonly [Atom, Atom])[] =>
  a === undefined || b === undefined
    ? []
    : [
        [a, b],
        [b, a],
      ];
