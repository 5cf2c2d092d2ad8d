/** What other rooms need of this one and a user does not. */

export { invertImages } from "./convert.ts";
export { UnsupportedImage } from "./decode.ts";
export { listImages, readableFormats } from "./list-images.ts";
export { loadReported } from "./load-reported.ts";
export { dataOptionFields } from "./option-fields.ts";
export { loadOtherSet, otherSetNames, ownerOf } from "./other-sets.ts";
export { pictureSet } from "./pictures.ts";
export { featureRowsOf } from "./regression/index.ts";
