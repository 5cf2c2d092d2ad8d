/** Curves are for drawing: five digits are plenty. */
export const rounded = <T extends object>(curves: T): { [K in keyof T]: number[] } =>
  Object.fromEntries(
    Object.entries(curves).map(([name, values]: [string, readonly number[]]) => [
      name,
      Array.from(values, (value) => Number(value.toPrecision(5))),
    ]),
  ) as { [K in keyof T]: number[] };
