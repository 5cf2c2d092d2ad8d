import fc from "fast-check";

/** For tests: bytes that were damaged as disks, lines and editors do it: some written over, cut, or cut out. */
export const damaged = (bytes: Uint8Array): fc.Arbitrary<Uint8Array<ArrayBuffer>> => {
  const place = fc.nat(bytes.length - 1);
  // What formats keep at their ends is hit more often.
  const at = fc.oneof(
    place,
    fc.nat(40),
    fc.nat(400).map((back) => Math.max(0, bytes.length - 1 - back)),
  );
  const written = fc.uint8Array({ minLength: 1, maxLength: 8 });
  const special = fc
    .constantFrom([0], [255], [128], [255, 255, 255, 127], [0, 0, 0, 128])
    .map((list) => Uint8Array.from(list));
  const edits = fc.array(fc.tuple(at, fc.oneof(written, special)), { minLength: 1, maxLength: 4 });
  const copy = (from = 0, to = bytes.length) => new Uint8Array(bytes.slice(from, to));
  return fc.oneof(
    { weight: 8, arbitrary: edits.map((list) => list.reduce((all, [i, part]) => writeAt(all, i, part), copy())) },
    { weight: 1, arbitrary: place.map((end) => copy(0, end)) },
    { weight: 1, arbitrary: fc.tuple(place, fc.nat(40)).map(([from, length]) => without(bytes, from, length)) },
  );
};

function writeAt<T extends Uint8Array>(bytes: T, at: number, part: Uint8Array): T {
  bytes.set(part.subarray(0, bytes.length - at), at);
  return bytes;
}

function without(bytes: Uint8Array, from: number, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...bytes.subarray(0, from), ...bytes.subarray(from + length)]);
}
