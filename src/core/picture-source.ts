/** How a picture lies in a square: shrunk or enlarged to touch two of its sides, in its middle. */
export interface LetterboxFrame {
  /** Pixels of the picture itself, turned by its EXIF tag. */
  readonly width: number;
  readonly height: number;
  /** Square's pixels for one of the picture's, across and down; they differ by rounding alone. */
  readonly across: number;
  readonly down: number;
  /** Where its upper left corner lies in the square. */
  readonly left: number;
  readonly top: number;
}

/** Where images that are whole pictures in squares come from: answers are given in the pictures' own pixels. */
export interface PictureSource {
  /** [N] */
  readonly pictures: readonly {
    /** As the annotations call it. */
    readonly id: number | string;
    readonly file: string;
    readonly frame: LetterboxFrame;
  }[];
  /** [K] as the annotations call the classes. */
  readonly classIds: readonly (number | string)[];
}
