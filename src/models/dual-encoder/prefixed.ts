import type { HostArrays } from "../../core/index.ts";
import type { Arrays, Model, Pass } from "../model.ts";

/** The same network, with `prefix` before the names of all that it has. */
export function prefixed(model: Model, prefix: string): Model {
  const added = <T>(arrays: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(arrays).map(([name, array]) => [prefix + name, array]));
  const own = <T>(arrays: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(
      Object.entries(arrays)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, array]) => [name.slice(prefix.length), array]),
    );
  const names = (list: readonly string[] | undefined) => list?.map((name) => prefix + name);
  const pass =
    <Given extends string>(inner: Pass<Given>): Pass<Given> =>
    (params, state, x, mode, noise) => {
      const given = inner(own(params), own(state), x, mode, noise);
      return { ...given, state: added(given.state) as Arrays };
    };
  const { fitToInputs, forTuples, anchorPoint, tokens, maps, head, ...rest } = model;
  return {
    ...rest,
    init(random) {
      const { params, state } = model.init(random);
      return { params: added(params), state: added(state) };
    },
    shapes() {
      const { params, state } = model.shapes();
      return { params: added(params), state: added(state) };
    },
    stemWeight: prefix + model.stemWeight,
    head: names(head)!,
    biases: names(model.biases),
    embeddings: names(model.embeddings),
    frozen: names(model.frozen),
    ...(fitToInputs && { fitToInputs: (params, inputs) => added(fitToInputs(own(params), inputs)) as HostArrays }),
    ...(forTuples && {
      forTuples: (weights) => {
        const wide = forTuples(own(weights));
        return wide && (added(wide) as HostArrays);
      },
    }),
    ...(anchorPoint && {
      anchorPoint: {
        below: pass(anchorPoint.below),
        features: pass(anchorPoint.features),
        above: pass(anchorPoint.above),
      },
    }),
    ...(maps && { maps: { ...maps, encode: pass(maps.encode) } }),
    ...(tokens && {
      tokens: {
        ...tokens,
        layers: names(tokens.layers)!,
        at: (layer) => pass(tokens.at(layer.startsWith(prefix) ? layer.slice(prefix.length) : layer)),
      },
    }),
    stem: (params, images) => model.stem(own(params), images),
    classify: (params, features) => model.classify(own(params), features),
    encode: pass(model.encode),
    features: pass(model.features),
    trunk: pass(model.trunk),
    apply: pass(model.apply),
  };
}
