// Vectors as they are kept: 32-bit floats, scaled by a power of two so that the largest lies between 1 and 2. That
// changes no digit and no angle, and no sum of squares is out of range, not even in 32 bits.

/** @returns `undefined` when it has other than `dims` numbers, or one that is not finite. */
export function scaledVector(numbers: readonly number[], dims: number): Float32Array | undefined {
  if (numbers.length !== dims || !numbers.every(Number.isFinite)) return undefined
  const largest = numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 0)
  const scale = largest === 0 ? 1 : 2 ** Math.max(Math.floor(Math.log2(largest)), -1022)
  return Float32Array.from(numbers, (number) => number / scale)
}

/** From -1 to 1; 0 when one of them has no length. */
export function cosineSimilarity(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let dot = 0
  let leftSquares = 0
  let rightSquares = 0
  for (let index = 0; index < left.length; index++) {
    const leftNumber = left[index]!
    const rightNumber = right[index]!
    dot += leftNumber * rightNumber
    leftSquares += leftNumber * leftNumber
    rightSquares += rightNumber * rightNumber
  }
  const lengths = Math.sqrt(leftSquares) * Math.sqrt(rightSquares)
  return lengths === 0 ? 0 : dot / lengths
}

export function vectorBytes(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)
}

export function bytesVector(bytes: Buffer): Float32Array {
  const aligned = bytes.byteOffset % Float32Array.BYTES_PER_ELEMENT === 0 ? bytes : Uint8Array.from(bytes)
  return new Float32Array(
    aligned.buffer,
    aligned.byteOffset,
    bytes.byteLength / Float32Array.BYTES_PER_ELEMENT,
  )
}
