/** Characters that can't be seen, or that change the direction of the text around them. */
const hidden =
  /[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb]/g;

/** Escapes such characters as JSON does: a document of strangers must not look like another one. */
export const showHidden = (text: string): string =>
  text.replace(
    hidden,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
