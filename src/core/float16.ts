/** The nearest float16 (IEEE binary16, ties to even) as its 16 bits. */
export function float16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  // From halfway between the largest finite one, 65504, and the next power of two.
  if (size >= 65520) return sign | 0x7c00;
  // Below 2⁻¹⁴ all have the same spacing. A mantissa that rounds up to 2048 carries into the exponent as it should.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  return sign | (((exponent + 14) << 10) + roundToEven(size / 2 ** (exponent - 10)));
}

/** The float16 with these bits. */
export function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? (1024 + mantissa) * 2 ** (exponent - 25) : mantissa * 2 ** -24);
}

// Doubles from 2⁵² on have no fraction: the addition rounds.
const roundToEven = (x: number) => x + 2 ** 52 - 2 ** 52;
