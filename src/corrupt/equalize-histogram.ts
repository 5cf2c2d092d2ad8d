/** OpenCV's `equalizeHist`: bytes mapped so that all values come about equally often; the least becomes 0. */
export function equalizeHistogram(bytes: Uint8Array): Uint8Array {
  const histogram = new Int32Array(256);
  for (const byte of bytes) histogram[byte]++;
  const least = histogram.findIndex((count) => count > 0);
  const rest = bytes.length - histogram[least];
  if (rest === 0) return bytes.slice();
  const scale = Math.fround(255 / rest);
  const map = new Uint8Array(256);
  for (let value = least + 1, sum = 0; value < 256; value++) {
    sum += histogram[value];
    map[value] = Math.round(Math.fround(sum * scale));
  }
  return bytes.map((byte) => map[byte]);
}
