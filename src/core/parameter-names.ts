/** Whether a parameter is of the layer in which timm's and torchvision's networks end. */
export const isClassifier = (name: string): boolean => /^(fc|head|head\.fc)\.(weight|bias)$/.test(name);
