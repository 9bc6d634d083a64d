/** Orders texts by code point, as SQL and Python do; `<` compares UTF-16 units, which differs beyond U+FFFF. */
export function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    if (left.charCodeAt(index) === right.charCodeAt(index)) continue
    // The units that differ may be second halves, which the equal ones before them belong to.
    const whole = index > 0 && isFirstHalf(left.charCodeAt(index - 1)) ? index - 1 : index
    return codePointDifference(left, right, whole) || codePointDifference(left, right, index)
  }
  return left.length - right.length
}

function codePointDifference(left: string, right: string, index: number): number {
  return left.codePointAt(index)! - right.codePointAt(index)!
}

function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
