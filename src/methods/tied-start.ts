import { HostArray, type HostArrays } from "../core/index.ts";

/**
 * Fresh parameters whose first layer [Wr | Wx] on [r, x − r] is made [Wx | Wx]: Wx·r + Wx·(x − r) = Wx·x, so that an
 * anchored network starts as the standard one, whatever r is, and learns from there what references are good for.
 */
export function tiedStart(params: HostArrays, stemWeight: string): HostArrays {
  const { shape, data } = params[stemWeight];
  const filter = data.length / shape[0];
  const tied = Float32Array.from(data, (value, i) => {
    const at = i % filter;
    return at < filter / 2 ? (data[i + filter / 2] as number) : (value as number);
  });
  return { ...params, [stemWeight]: HostArray.float32(shape, tied) };
}
