import { type Boxes, type DetectedBoxes, type ObjectBoxes, UserError } from "../../core/index.ts";

/** @throws UserError naming the array, the first bad place and the rule */
export function checkBoxes(objects: ObjectBoxes, detections: DetectedBoxes): void {
  checkColumn("objects", objects);
  checkColumn("detections", detections);
  if (objects.first.length !== detections.first.length)
    throw new UserError(
      `detections: of ${detections.first.length - 1} images, the objects of ${objects.first.length - 1}; list every image in both, also those without boxes`,
    );
  const other = objects.names.findIndex((name, k) => name !== detections.names[k]);
  if (other >= 0 || objects.names.length !== detections.names.length)
    throw new UserError(
      `detections: ${detections.names.length} classes, and the objects have ${objects.names.length}${other >= 0 ? ` (class ${other} is "${detections.names[other]}" and "${objects.names[other]}")` : ""}; both must have the same, in the same order`,
    );
  for (const [name, values] of [
    ["score", detections.score],
    ["doubt", detections.doubt],
    ["area", objects.area],
  ] as const)
    if (values) checkValues(name, values, name === "area" ? objects : detections);
}

function checkValues(name: string, values: Float64Array, { index }: Boxes): void {
  if (values.length !== index.length)
    throw new UserError(`${name}: ${values.length} values for ${index.length} boxes; give one each`);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new UserError(`${name}: that of box ${bad} is ${values[bad]}, not a finite number`);
}

function checkColumn(what: string, { names, first, boxes, index }: Boxes): void {
  const count = index.length;
  if (boxes.length !== 4 * count)
    throw new UserError(`${what}: ${boxes.length} values of boxes for ${count} classes; four a box are needed`);
  if (first.length < 1 || first[0] !== 0 || first.at(-1) !== count || first.some((at, i) => i > 0 && at < first[i - 1]))
    throw new UserError(
      `${what}: first must rise from 0 to the number of boxes, ${count}, with an entry more than images`,
    );
  const foreign = index.findIndex((k) => !(k >= 0 && k < names.length));
  if (foreign >= 0)
    throw new UserError(`${what}: class ${index[foreign]} of box ${foreign} is outside 0 to ${names.length - 1}`);
  for (let at = 0; at < boxes.length; at++)
    if (!Number.isFinite(boxes[at]) || (at % 4 > 1 && boxes[at] < 0))
      throw new UserError(
        `${what}: ${["x", "y", "width", "height"][at % 4]} of box ${at >> 2} is ${boxes[at]}; ${at % 4 > 1 ? "a finite number, at least 0, is needed" : "a finite number is needed"}`,
      );
}
