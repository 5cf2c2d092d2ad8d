/** What `ModelOptions.imageSize` is where it is left out, pixels. */
export const DEFAULT_IMAGE_SIZE = 32;

/** Networks made for photographs keep their published first layers from here on; smaller images get finer ones. */
const PHOTOGRAPH_SIZE = 128;

export const isPhotograph = (imageSize: number = DEFAULT_IMAGE_SIZE): boolean => imageSize >= PHOTOGRAPH_SIZE;
