export { type CaptionedFolder, type CaptionFolderOptions, captionFolder } from "./caption-folder.ts";
export type { VocabularyOptions } from "./caption-words.ts";
export { type SaidOfImage, type Tagger, type TaggerFigures, type TaggerOptions, trainTagger } from "./tagger.ts";
