/** BatchNorm normalises by what it is asked about (Schneider et al., NeurIPS 2020). */
export interface BatchNormAdaptation {
  readonly name: "batch-norm";
  /** Images of a batch, at most. */
  readonly batch: number;
  /** Images that the running statistics weigh as many as: they are N / (N + n) of the mixture; 0 for the batch's alone. */
  readonly prior: number;
}

/**
 * Besides, each batch takes a step toward less entropy by the weights and biases of BatchNorm alone (TENT: Wang et al., ICLR
 * 2021); a batch's answers are those from before its step, as in the authors' code.
 */
export interface Tent {
  readonly name: "tent";
  readonly batch: number;
  /** `adam` (β 0.9, 0.999), the paper's for CIFAR; `sgd` (momentum 0.9), its for ImageNet. Neither decays. */
  readonly optimizer: "adam" | "sgd";
  readonly learningRate: number;
}

/** How a network adapts to the images that it is asked about. */
export type Adaptation = BatchNormAdaptation | Tent;
