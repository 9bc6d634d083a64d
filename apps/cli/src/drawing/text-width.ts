const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u
const withoutWidth = /^[\p{Mn}\p{Me}\p{Cf}]$/u

/** Columns that a text without control characters takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) {
    if (withoutWidth.test(character)) continue
    width += wide.test(character) ? 2 : 1
  }
  return width
}
